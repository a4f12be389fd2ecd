import NIOCore
import NetTransport
import Testing

@testable import GatewayPhoenix

/// phoenix-channels.md §1.7.
struct BinaryMessageTests {
    private func push(
        kind: UInt8 = 0, lengths: [UInt8]? = nil, _ names: [String], data: [UInt8] = []
    ) -> ByteBuffer {
        var bytes = ByteBuffer(bytes: [kind])
        bytes.writeBytes(lengths ?? names.map { UInt8($0.utf8.count) })
        for name in names { bytes.writeString(name) }
        bytes.writeBytes(data)
        return bytes
    }

    // MARK: - Reading

    @Test func theObservedPushIsReadToTheByte() throws {
        let bytes = ByteBuffer(bytes: [0x00, 0x01, 0x01, 0x06, 0x03] + Array("12room:abin".utf8) + [0x01, 0x02])
        let message = try MessageDecoder(.v2).decode(.binary, bytes)
        #expect(message.joinRef == "1")
        #expect(message.ref == "2")
        #expect(message.topic == "room:a")
        #expect(message.event == "bin")
        #expect(message.payload.data == ByteBuffer(bytes: [0x01, 0x02]))
    }

    /// C43: empty is not null.
    @Test func emptyRefsAreStrings() throws {
        let message = try MessageDecoder(.v2).decodeBinary(self.push(["", "", "phoenix", "heartbeat"]))
        #expect(message.joinRef == .string(""))
        #expect(message.ref == .string(""))
        #expect(message.isHeartbeat)
        #expect(message.payload.data?.readableBytes == 0)
    }

    /// C44.
    @Test func lengthsCountBytes() throws {
        let message = try MessageDecoder(.v2).decodeBinary(self.push(["1", "2", "room:é", "e"], data: [0xFF]))
        #expect(message.topic == "room:é")
        #expect(message.payload.data == ByteBuffer(bytes: [0xFF]))
    }

    /// C42.
    @Test func everythingElseIsUndecodable() {
        let decoder = MessageDecoder(.v2)
        let names = ["1", "2", "room:a", "bin"]
        for kind in [1, 2, 3, 0x5B, 0xFF] as [UInt8] {
            let bytes = self.push(kind: kind, names)
            #expect(throws: UndecodableMessage.binaryKind) { try decoder.decodeBinary(bytes) }
        }
        #expect(throws: UndecodableMessage.binaryKind) { try decoder.decodeBinary(ByteBuffer()) }
        let whole = self.push(names)
        for count in 1..<whole.readableBytes {
            let cut = whole.getSlice(at: whole.readerIndex, length: count) ?? ByteBuffer()
            #expect(throws: UndecodableMessage.binaryLength) { try decoder.decodeBinary(cut) }
        }
        let overrun = self.push(lengths: [1, 1, 6, 255], names)
        #expect(throws: UndecodableMessage.binaryLength) { try decoder.decodeBinary(overrun) }
        let notText = ByteBuffer(bytes: [0, 0, 0, 2, 0, 0xC3, 0x28])
        #expect(throws: UndecodableMessage.binaryText) { try decoder.decodeBinary(notText) }
        let longRef = self.push([String(repeating: "1", count: 200), "2", "t", "e"])
        #expect(throws: UndecodableMessage.refTooLong) { try decoder.decodeBinary(longRef) }
    }

    // MARK: - Writing

    private let bare = MessageWriter(.v2, envelope: .bare)

    /// C41.
    @Test func theObservedBroadcastIsWrittenToTheByte() {
        let data = ByteBuffer(bytes: [0x01, 0x02])
        let broadcast = self.bare.bytes { #expect($0.binaryBroadcast("binb", on: "room:a", data: data, into: &$1)) }
        #expect(Array(buffer: broadcast) == [0x02, 0x06, 0x04] + Array("room:abinb".utf8) + [0x01, 0x02])
    }

    /// C40.
    @Test func theObservedReplyIsWrittenToTheByte() {
        let head = ReplyHead(joinRef: "1", ref: "2", topic: "room:a")
        let data = ByteBuffer(bytes: [0x01, 0x02, 0x09])
        let reply = self.bare.bytes { #expect($0.binaryReply(head, .ok, data: data, into: &$1)) }
        #expect(Array(buffer: reply) == [0x01, 0x01, 0x01, 0x06, 0x02] + Array("12room:aok".utf8) + [1, 2, 9])
    }

    @Test func refsOfOtherTypesLoseThem() {
        let head = ReplyHead(joinRef: .null, ref: .literal("17"), topic: "t")
        let reply = self.bare.bytes { #expect($0.binaryReply(head, .error, data: ByteBuffer(), into: &$1)) }
        #expect(Array(buffer: reply) == [0x01, 0, 2, 1, 5] + Array("17terror".utf8))
    }

    @Test func theFrameIsABinaryFrame() {
        let data = ByteBuffer(repeating: 7, count: 300)
        let frames = MessageWriter(.v2).bytes {
            #expect($0.binaryBroadcast("e", on: "t", data: data, into: &$1))
        }
        #expect(Array(buffer: frames).prefix(9) == [0x82, 126, 0x01, 0x31, 2, 1, 1, 0x74, 0x65])
        #expect(frames.readableBytes == 4 + 5 + 300)
    }

    @Test func whatCannotBeSaidIsNotWritten() {
        let long = String(repeating: "t", count: 256)
        let unsaid = self.bare.bytes {
            #expect(!$0.binaryBroadcast("e", on: long, data: ByteBuffer(), into: &$1))
            #expect(!$0.binaryBroadcast(long, on: "t", data: ByteBuffer(), into: &$1))
        }
        #expect(unsaid.readableBytes == 0)
        let old = MessageWriter(.v1).bytes {
            #expect(!$0.binaryBroadcast("e", on: "t", data: ByteBuffer(), into: &$1))
        }
        #expect(old.readableBytes == 0)
        let longest = String(repeating: "t", count: 255)
        _ = self.bare.bytes { #expect($0.binaryBroadcast("e", on: longest, data: ByteBuffer(), into: &$1)) }
    }
}
