/// How messages are written, chosen by the client's connect param `vsn` (phoenix-channels.md §1.1).
enum SerializerVersion: Sendable, Hashable, CaseIterable {
    /// JSON objects without `join_ref`; no binary payloads.
    case v1
    /// JSON arrays of five, and the binary layouts.
    case v2

    /// - Parameter vsn: nil when the client sent none, which means 1.0.0. Otherwise three decimal numbers: `1.0.x` and
    ///   `2.0.x` are spoken, whatever the last is. Everything else is nil: refuse the connection (HTTP 403).
    init?(vsn: String?) {
        guard let vsn else {
            self = .v1
            return
        }
        let parts = vsn.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy(Self.isNumber), parts[1].elementsEqual("0".utf8) else { return nil }
        if parts[0].elementsEqual("1".utf8) {
            self = .v1
        } else if parts[0].elementsEqual("2".utf8) {
            self = .v2
        } else {
            return nil
        }
    }

    /// Reads the version from the query's parameters, names and values already percent-decoded.
    ///
    /// The last `vsn` counts. `vsn[]` and its like make it something other than a string: nil, refuse.
    init?(connectParams: some Sequence<(name: String, value: String)>) {
        var vsn: String?
        for (name, value) in connectParams {
            if name.hasPrefix("vsn[") { return nil }
            if name == "vsn" { vsn = value }
        }
        self.init(vsn: vsn)
    }

    /// Decimal digits without a leading zero, as semantic versioning has them.
    private static func isNumber(_ part: Substring.UTF8View) -> Bool {
        guard let first = part.first, part.count <= 9 else { return false }
        let isDigits = part.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        return isDigits && (first != UInt8(ascii: "0") || part.count == 1)
    }
}
