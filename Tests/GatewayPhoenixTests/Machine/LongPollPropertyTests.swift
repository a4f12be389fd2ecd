import NIOCore
import Testing
import WireJSON

@testable import GatewayPhoenix

/// What must hold for every course of a long-poll session. A failure names the seed that repeats it.
struct LongPollPropertyTests {
    private typealias Request = LongPollSessionMachine.RequestID

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func everyRequestIsAnsweredOnceAndEveryMessageFetchedInOrder(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var now = NIODeadline.uptimeNanoseconds(1_000_000_000)
        var session = LongPollSessionMachine(now: now)
        var books = Books()
        for _ in 0..<2_000 {
            switch Int.random(in: 0..<6, using: &random) {
            case 0:
                let request = books.asked()
                switch session.pollReceived(request, now: now) {
                case .wait(let superseded): books.answered(superseded)
                case .startOver: Issue.record("ended too early")
                }
            case 1, 2:
                let count = Int64.random(in: 1...3, using: &random)
                #expect(session.framesQueued(books.frames(count)) == .queued)
            case 3:
                let request = books.asked()
                #expect(session.postReceived(request, now: now) != .answer(.gone))
                if session.postHandedOver(request) == .ok { books.answered(request) }
            default:
                now = now + .milliseconds(.random(in: 0...3_000, using: &random))
                let due = session.ticked(now: now)
                books.answered(due.poll)
                for request in due.posts { books.answered(request) }
                if due.isEnded { return books.check() }
            }
            books.answered(session.flush())
        }
        let due = session.sessionEnded()
        books.answered(due.poll)
        for request in due.posts { books.answered(request) }
        books.check()
    }

    /// What was asked and what was answered.
    private struct Books {
        private var lastRequest: UInt64 = 0
        private var open: Set<Request> = []
        private var lastMessage: Int64 = 0
        private var lastFetched: Int64 = 0

        mutating func asked() -> Request {
            self.lastRequest += 1
            let request = Request(value: self.lastRequest)
            self.open.insert(request)
            return request
        }

        mutating func answered(_ request: Request) {
            #expect(self.open.remove(request) != nil, "answered once")
        }

        mutating func answered(_ answer: LongPollSessionMachine.PollAnswer?) {
            guard let answer else { return }
            self.answered(answer.request)
            #expect(answer.messages.isEmpty == (answer.status == .noContent))
            for message in answer.messages {
                let payload = (try? MessageDecoder(.v2).decodeText(message))?.payload.json?.value.integer
                #expect(payload == self.lastFetched + 1, "in order and without a gap")
                self.lastFetched += 1
            }
        }

        mutating func frames(_ count: Int64) -> ByteBuffer {
            MessageWriter(.v2).bytes { writer, buffer in
                for _ in 0..<count {
                    self.lastMessage += 1
                    writer.broadcast("e", on: "t", into: &buffer) { $0.integer(self.lastMessage) }
                }
            }
        }

        func check() {
            #expect(self.open.isEmpty)
            #expect(self.lastFetched <= self.lastMessage)
        }
    }
}
