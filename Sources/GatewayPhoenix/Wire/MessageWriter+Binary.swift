import NIOCore
import NetTransport

/// The first byte of a binary message (phoenix-channels.md §1.7).
enum BinaryKind {
    static let push: UInt8 = 0
    static let reply: UInt8 = 1
    static let broadcast: UInt8 = 2
}

// Each of these appends nothing and returns false when it cannot be said: to a client of V1, which has no binary
// payloads, or with a name of more than 255 bytes, for whose length there is one byte.

extension MessageWriter {
    /// Layout 01.
    func binaryReply(
        _ head: ReplyHead, _ status: ReplyStatus, data: ByteBuffer, into buffer: inout ByteBuffer
    ) -> Bool {
        self.binary(
            BinaryKind.reply, [head.joinRef.bareText, head.ref.bareText, head.topic ?? "", status.rawValue], data,
            into: &buffer)
    }

    /// Layout 02.
    func binaryBroadcast(
        _ event: String, on topic: String, data: ByteBuffer, into buffer: inout ByteBuffer
    ) -> Bool {
        self.binary(BinaryKind.broadcast, [topic, event], data, into: &buffer)
    }

    private func binary(_ kind: UInt8, _ names: [String], _ data: ByteBuffer, into buffer: inout ByteBuffer) -> Bool {
        guard self.version == .v2, names.allSatisfy({ $0.utf8.count <= UInt8.max }) else { return false }
        self.enveloped(.binary, into: &buffer) { buffer in
            buffer.writeInteger(kind)
            for name in names { buffer.writeInteger(UInt8(truncatingIfNeeded: name.utf8.count)) }
            for name in names { buffer.writeString(name) }
            buffer.writeImmutableBuffer(data)
        }
        return true
    }
}
