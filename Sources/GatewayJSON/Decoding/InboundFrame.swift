import ChatCore
import ChatModel

/// A frame of a logged-in client, checked: what it wants of the core.
struct InboundFrame: Sendable {
    let type: FrameType
    /// The client's own id for the frame, as it was sent; answers carry it as `ref`.
    let ref: String?
    /// The room that the frame names, for answers that name it back.
    let room: RoomNumber?
    let command: Command

    /// Whether the next frame may be handed to the core before this one is answered.
    var pace: CommandPace { self.type == .chatSend ? .pipelined : .exclusive }
}

/// A client's first frame, checked.
struct Hello: Sendable {
    let ref: String?
    let token: String?
    /// What it said in `ext`; nil for a client of the reference server.
    let extensions: Extensions?

    struct Extensions: Sendable {
        let features: Features
        /// Where the client left off, room by room.
        let positions: [RoomPosition]
    }
}

/// Why a frame is refused before the core hears of it.
struct FrameError: Error, Sendable, Equatable {
    let fault: FrameFault
    /// The client's own id for the frame, when it could be read.
    let ref: String?
}

enum FrameFault: Error, Sendable, Equatable {
    /// The first frame is no hello.
    case badHello
    /// No JSON object, an unknown type, or a payload that does not fit it.
    case malformed
    /// A type that only the server sends.
    case serverOnly
    /// A number that no room can have.
    case noSuchRoom
    /// A second hello.
    case alreadyAuthenticated
    /// No hello in time.
    case helloTimeout
}
