import ChatModel
import WireJSON

/// What stands around a payload.
struct FrameHead {
    let id: WireUUID
    let at: Timestamp
    /// Where the frame's event stands in its log; written for extended clients only.
    var position: (epoch: Epoch, seq: Seq)?
    /// The id of the client frame that this answers.
    var ref: String?

    init(id: WireUUID, at: Timestamp, position: (epoch: Epoch, seq: Seq)? = nil, ref: String? = nil) {
        self.id = id
        self.at = at
        self.position = position
        self.ref = ref
    }
}
