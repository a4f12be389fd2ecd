import Testing

@testable import GatewayPhoenix

/// What must hold for all conversations, tried on many made by chance. A failure names the seed that repeats it.
struct SocketPropertyTests {
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func everyInstanceIsToldOfInOrderAndOnce(seed: UInt64) {
        var world = World(seed: seed)
        for _ in 0..<3_000 { world.step() }
        world.settle()
        world.check()
    }
}

/// A socket whose client and whose core act by chance, and the books that are kept of it.
private struct World {
    private static let limit = 4

    /// What has been told of one instance.
    private struct Book {
        let channel: ChannelInstance
        var isAnswered = false
        var isAccepted = false
        var ends = 0
        var isDisplaced = false
    }

    private var random: SeededRandom
    private var socket = SocketUnderTest(limit: Self.limit)
    private var books: [ChannelID: Book] = [:]
    private var joins: [ChannelInstance] = []
    private var leaves: [ChannelInstance] = []
    private var nextRef = 0

    init(seed: UInt64) {
        self.random = SeededRandom(seed: seed)
    }

    mutating func step() {
        switch Int.random(in: 0..<10, using: &self.random) {
        case 0..<6: self.clientSpeaks()
        case 6, 7: self.completeJoin(accepted: Int.random(in: 0..<4, using: &self.random) > 0)
        case 8: self.completeLeave()
        default: self.endSome()
        }
        self.checkNow()
    }

    /// Lets everything that is under way complete, and every channel end.
    mutating func settle() {
        while !self.joins.isEmpty { self.completeJoin(accepted: true) }
        while !self.leaves.isEmpty { self.completeLeave() }
        for channel in self.socket.machine.joinedChannels {
            self.told(self.socket.machine.channelEnded(channel.id, .closed), of: channel)
        }
        #expect(self.socket.machine.instances.isEmpty)
    }

    // MARK: - Acts

    private mutating func clientSpeaks() {
        self.nextRef += 1
        let ref = Ref.string(String(self.nextRef))
        let topic = ["a", "b", "c", "d", "e", "f", "nope", "phoenix"].randomElement(using: &self.random)
        let event = ["phx_join", "phx_join", "phx_leave", "echo", "heartbeat"].randomElement(using: &self.random)
        let some = self.books.values.map(\.channel.joinRef).randomElement(using: &self.random) ?? "0"
        let joinRef = event == "phx_join" ? [ref, ref, .null] : [some, .null, "0", .literal("1")]
        let action = self.socket.receive(joinRef.randomElement(using: &self.random) ?? .null, ref, topic, event)
        switch action {
        case .startJoin(let channel, let displaced):
            #expect(self.books[channel.id] == nil, "an id is never used twice")
            self.books[channel.id] = Book(channel: channel)
            self.joins.append(channel)
            if let displaced { self.books[displaced.id]?.isDisplaced = true }
        case .startLeave(let channel):
            self.leaves.append(channel)
        case .deliver(let channel):
            #expect(self.books[channel.id]?.isAccepted == true, "only joined channels get events")
            #expect(self.books[channel.id]?.ends == 0)
        case .answer(.close), .answer(.crash):
            Issue.record("an end is no answer")
        case .answer, .ignore:
            return
        }
    }

    private mutating func completeJoin(accepted: Bool) {
        guard let index = self.joins.indices.randomElement(using: &self.random) else { return }
        let channel = self.joins.remove(at: index)
        guard let answer = self.socket.machine.joinCompleted(channel.id, accepted ? .accepted : .refused) else {
            Issue.record("a join was not answered")
            return
        }
        #expect(answer.reply == channel.joinReply)
        #expect(self.books[channel.id]?.isAnswered == false)
        self.books[channel.id]?.isAnswered = true
        self.books[channel.id]?.isAccepted = accepted
        for message in answer.then {
            let own = self.books.values.filter { message.ends($0.channel) && $0.isAccepted && $0.ends == 0 }
            // Joins without join_ref end alike: the displaced one is told first.
            let ended = own.first { $0.isDisplaced } ?? own.first
            guard let ended else {
                Issue.record("an end of nothing")
                return
            }
            self.told(message, of: ended.channel)
        }
    }

    private mutating func completeLeave() {
        guard !self.leaves.isEmpty else { return }
        let channel = self.leaves.removeFirst()
        let messages = self.socket.machine.leaveCompleted(channel.id)
        if self.books[channel.id]?.isDisplaced == true { #expect(messages.isEmpty) }
        guard let close = messages.last else { return }
        guard case .ok(let head) = messages[0], messages.count == 2 else {
            Issue.record("no reply first")
            return
        }
        #expect(head.joinRef == channel.messageRef)
        self.told(close, of: channel)
    }

    private mutating func endSome() {
        guard let book = self.books.values.filter({ $0.ends == 0 }).randomElement(using: &self.random) else { return }
        let end: ChannelEnd = .random(in: 0..<2, using: &self.random)
        guard let message = self.socket.machine.channelEnded(book.channel.id, end) else { return }
        self.told(message, of: book.channel)
    }

    // MARK: - Books

    private mutating func told(_ message: ControlMessage?, of channel: ChannelInstance) {
        #expect(message?.ends(channel) == true)
        #expect(self.books[channel.id]?.isAccepted == true, "the answer comes before the end")
        self.books[channel.id]?.ends += 1
    }

    private func checkNow() {
        let joined = self.socket.machine.joinedChannels
        #expect(Set(joined.map(\.topic)).count == joined.count, "one instance per topic")
        #expect(self.socket.machine.instances.count <= Self.limit)
        for channel in joined {
            #expect(self.books[channel.id]?.isAccepted == true, "answered before anything of it may be written")
            #expect(self.books[channel.id]?.ends == 0)
        }
    }

    func check() {
        for book in self.books.values {
            #expect(book.isAnswered)
            #expect(book.ends == (book.isAccepted ? 1 : 0), "\(book)")
        }
        #expect(self.books.count > 200)
    }
}

extension ChannelEnd {
    fileprivate static func random(in range: Range<Int>, using random: inout SeededRandom) -> ChannelEnd {
        Int.random(in: range, using: &random) == 0 ? .closed : .crashed
    }
}

extension ControlMessage {
    fileprivate func ends(_ channel: ChannelInstance) -> Bool {
        self == channel.ending(.closed) || self == channel.ending(.crashed)
    }
}
