import ChatCore
import ChatModel
import NIOCore

@testable import GatewayPhoenix

/// People, rooms and messages that the tests talk about.
enum Sample {
    static let alice = UserProfile(id: UserID(canonical: "alice"), username: "Alice", displayName: "Alice A.")
    static let bob = UserProfile(id: UserID(canonical: "bob"), username: "bob")

    /// 2026-11-21T11:01:21.560Z
    static let time = Timestamp(milliseconds: 1_795_258_881_560)
    static let timeText = "2026-11-21T11:01:21.560Z"
    static let epoch = Epoch("k3")
    static let room = RoomIdentity(id: RoomID("tea"), number: seven)
    private static let seven: RoomNumber = {
        guard let seven = RoomNumber(7) else { fatalError("7 is a room number") }
        return seven
    }()

    static let messageID = MessageID(high: 0x65f8_ec20_4475_42ca, low: 0xb8b6_d095_5c8a_c211)
    static let messageText = "65f8ec20-4475-42ca-b8b6-d0955c8ac211"

    static func message(_ content: MessageContent, clientID: String? = nil, version: Int32 = 1) -> Message {
        Message(
            id: self.messageID, seq: 12, archiveID: 1_795_258_881_560_123, sender: self.alice, sentAt: self.time,
            content: content, clientID: clientID.flatMap { ClientID($0) }, version: version)
    }

    static func event(_ change: RoomEvent.Change, by actor: UserProfile = alice) -> RoomEvent {
        RoomEvent(
            room: self.room.id, number: self.room.number, epoch: self.epoch, seq: 12,
            archiveID: 1_795_258_881_560_123, at: self.time, actor: actor, change: change)
    }

    static func meta(_ id: UInt64, _ note: PresenceNote? = nil) -> PresenceMeta {
        PresenceMeta(id: PresenceID(id), since: self.time, note: note)
    }
}

/// The payloads of a run of whole frames, as text.
func texts(_ frames: ByteBuffer) -> [String] {
    FrameRun(frames).map { String(buffer: $0.payload) }
}
