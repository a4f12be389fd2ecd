import ChatCore
import ChatModel
import Credentials
import Foundation
import Logging
import NIOCore
import NIOPosix
import StoreSQLite
import Synchronization

func roomNumber(_ value: Int64) -> RoomNumber {
    guard let number = RoomNumber(value) else { fatalError("\(value) is no room number") }
    return number
}

/// The core on a real store in a directory of its own, without a gateway.
final class TestServer: Sendable {
    static let format = WireFormat(gateway: 9, variant: 0)

    let service: ChatService
    let store: SQLiteStore
    private let group: MultiThreadedEventLoopGroup
    let loops: [any EventLoop]
    private let directory: URL
    /// The store's file.
    let database: String

    init(loops count: Int = 2, _ configure: (inout ChatService.Configuration) -> Void = { _ in }) async throws {
        self.directory = FileManager.default.temporaryDirectory.appendingPathComponent("parley-\(UUID().uuidString)")
        self.database = self.directory.appendingPathComponent("parley.db").path
        try FileManager.default.createDirectory(at: self.directory, withIntermediateDirectories: true)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        self.store = try SQLiteStore.open(
            .init(path: self.database, durability: .relaxed, readers: 2),
            logger: logger)
        self.group = MultiThreadedEventLoopGroup(numberOfThreads: count)
        self.loops = Array(self.group.makeIterator())
        var configuration = ChatService.Configuration()
        configuration.limits.messageRate = .unlimited
        configuration.limits.joinRate = .unlimited
        configuration.limits.requestRate = .unlimited
        configuration.limits.connectionsPerAddress = 0
        configuration.limits.connectionsPerUser = 0
        configuration.limits.guestsPerAddress = 0
        configuration.limits.autoCreatedPerHour = 0
        configuration.passwordIterations = 4096
        configure(&configuration)
        var encoders = EncoderTable()
        encoders.register(SeqEncoder(), gateway: Self.format.gateway)
        self.service = ChatService(
            configuration: configuration, store: self.store,
            secrets: try SecretFile.loadOrCreate(directory: self.directory.path), eventLoops: self.loops,
            encoders: encoders, logger: logger)
        try await self.service.start()
    }

    /// A connection of an account; the account is made on first use.
    func connect(_ name: String, loop: Int = 0, canResume: Bool = false) async throws -> TestClient {
        let id = UserID(canonical: name)
        if try await self.store.account(id) == nil {
            try await self.store.createAccount(
                Account(profile: UserProfile(id: id, username: name), createdAt: self.service.clock.now()))
        }
        let token = try await self.service.accounts.issueToken(for: id, lifetimeSeconds: 600).token
        let identity = try await self.service.authenticate(.token(token), from: ClientAddress("127.0.0.1"))
        return try await TestClient.open(identity, on: self.loops[loop % self.loops.count], self.service, canResume)
    }

    /// A connection of a new guest.
    func connectGuest(from address: String = "127.0.0.1") async throws -> TestClient {
        let identity = try await self.service.authenticate(
            .guest(resumeToken: nil), from: ClientAddress(address))
        return try await TestClient.open(identity, on: self.loops[0], self.service, false)
    }

    func stop() async throws {
        await self.service.shutdown()
        await self.store.close()
        try await self.group.shutdownGracefully()
        try? FileManager.default.removeItem(at: self.directory)
    }
}

/// Writes of each event its kind and its position: enough to see what a receiver got, in which order.
struct SeqEncoder: EventEncoder {
    func encode(_ event: RoomEvent, as format: WireFormat, into buffer: inout ByteBuffer) {
        buffer.writeString("\(event.seq) \(Self.word(event.change))\n")
    }

    func encode(
        _ event: EphemeralEvent, in room: RoomIdentity, at: Timestamp, as format: WireFormat,
        into buffer: inout ByteBuffer
    ) {
        switch event {
        case .typing(let user, let isTyping):
            buffer.writeString("~ \(user.username) \(isTyping ? "types" : "stopped")\n")
        case .presence(.arrived(let arrival)):
            guard let present = arrival.present else { return }
            buffer.writeString("~ \(arrival.profile.username) arrived \(present.count)\n")
        case .presence(.departed(let departure)):
            guard let present = departure.present else { return }
            buffer.writeString("~ \(departure.profile.username) departed \(present.count)\n")
        case .presence(.updated): break
        case .presence(.shown(_, let present)): buffer.writeString("~ present \(present.count)\n")
        case .presence(.hidden(_, let count)), .presence(.count(let count)):
            buffer.writeString("~ occupancy \(count)\n")
        case .broadcast(let broadcast): buffer.writeString("~ \(broadcast.from.username) says \(broadcast.event)\n")
        }
    }

    func encode(_ event: UserEvent, as format: WireFormat, into buffer: inout ByteBuffer) {
        buffer.writeString("user \(event.seq)\n")
    }

    func encode(
        _ signal: Signal, to topic: SignalTopic, at: Timestamp, as format: WireFormat, into buffer: inout ByteBuffer
    ) {
        buffer.writeString("! \(signal.name)\n")
    }

    static func word(_ change: RoomEvent.Change) -> String {
        switch change {
        case .message(let message): "message \(message.content.body)"
        case .edited(let edited): "edited \(edited.content.body)"
        case .retracted: "retracted"
        case .reactionAdded(_, let emote): "+\(emote)"
        case .reactionRemoved(_, let emote): "-\(emote)"
        case .membership(let change): "\(change.user.username) \(change.action.rawValue)"
        case .settings: "settings"
        case .deleted: "deleted"
        }
    }
}
