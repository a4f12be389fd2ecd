import NIOCore
import Testing

@testable import NetTransport

@Suite("WebSocket frames to clients")
struct FrameEncoderTests {
    private struct Failure: Error {}

    @Test("A frame written in place has the shortest head", arguments: [0, 1, 125, 126, 65_535, 65_536, 100_000])
    func inPlace(size: Int) {
        let payload = (0..<size).map { UInt8($0 % 253) }
        var buffer = ByteBuffer(string: "before")
        buffer.moveReaderIndex(forwardBy: 3)
        WebSocketFrameEncoder.frame(.text, into: &buffer) { $0.writeBytes(payload) }
        WebSocketFrameEncoder.frame(.binary, into: &buffer) { $0.writeBytes([1]) }

        #expect(buffer.readString(length: 3) == "ore")
        #expect(buffer == expectedTail(payload))
        #expect(ServerFrame(readingFrom: &buffer) == ServerFrame(opcode: 1, payload: payload))
        #expect(ServerFrame(readingFrom: &buffer) == ServerFrame(opcode: 2, payload: [1]))
        #expect(buffer.readableBytes == 0)
    }

    private func expectedTail(_ payload: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer()
        WebSocketFrameEncoder.append(.text, payload: ByteBuffer(bytes: payload), to: &buffer)
        WebSocketFrameEncoder.append(.binary, payload: ByteBuffer(bytes: [1]), to: &buffer)
        return buffer
    }

    @Test("What could not be written leaves no trace")
    func bodyThrows() {
        var buffer = ByteBuffer(string: "abc")
        #expect(throws: Failure.self) {
            try WebSocketFrameEncoder.frame(.text, into: &buffer) { (body) throws(Failure) in
                body.writeString("half")
                throw Failure()
            }
        }
        #expect(String(buffer: buffer) == "abc")
    }

    @Test("A close frame carries code and reason")
    func close() throws {
        var buffer = WebSocketFrameEncoder.closeFrame(code: .goingAway, reason: "bye")
        let frame = try #require(ServerFrame(readingFrom: &buffer))
        #expect(frame.opcode == 8)
        #expect(frame.closeCode == 1001)
        #expect(frame.closeReason == "bye")
    }

    @Test("A long reason is cut at a character")
    func longReason() throws {
        var buffer = WebSocketFrameEncoder.closeFrame(code: .normal, reason: String(repeating: "€", count: 100))
        let frame = try #require(ServerFrame(readingFrom: &buffer))
        #expect(frame.closeReason == String(repeating: "€", count: 41))
    }

    @Test("Codes that may not be sent are not", arguments: [WebSocketCloseCode.noStatus, .abnormal])
    func reservedCodes(code: WebSocketCloseCode) throws {
        var buffer = WebSocketFrameEncoder.closeFrame(code: code, reason: "x")
        #expect(try #require(ServerFrame(readingFrom: &buffer)).payload.isEmpty)
    }
}
