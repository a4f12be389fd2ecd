/// What a client asked for in its hello's `ext.want` and the server has (json-chat.md §1.13).
struct Features: OptionSet, Sendable, Hashable {
    let rawValue: UInt8

    init(rawValue: UInt8) { self.rawValue = rawValue }

    static let seq = Features(rawValue: 1 << 0)
    static let ack = Features(rawValue: 1 << 1)
    static let page = Features(rawValue: 1 << 2)
    static let who = Features(rawValue: 1 << 3)
    static let edit = Features(rawValue: 1 << 4)
    static let read = Features(rawValue: 1 << 5)
    static let compact = Features(rawValue: 1 << 6)
    static let signals = Features(rawValue: 1 << 7)

    /// Every feature by its wire name, in the order in which `have` lists them.
    static let named: [(name: String, feature: Features)] = [
        ("seq", .seq), ("ack", .ack), ("page", .page), ("who", .who), ("edit", .edit), ("read", .read),
        ("compact", .compact), ("signals", .signals),
    ]

    /// The features with these names; a name that the server does not know is passed over.
    init(names: [String]) {
        self.init(Self.named.filter { names.contains($0.name) }.map(\.feature))
    }

    var names: [String] {
        Self.named.filter { self.contains($0.feature) }.map(\.name)
    }
}
