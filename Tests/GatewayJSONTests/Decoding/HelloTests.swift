import ChatModel
import NIOCore
import Testing

@testable import GatewayJSON

struct HelloTests {
    private let decoder = FrameDecoder(rules: .init())

    private func hello(_ text: String, compact: Bool = false) -> Hello? {
        try? FrameDecoder(rules: .init(), acceptsCompact: compact).decodeHello(ByteBuffer(string: text))
    }

    @Test(arguments: [
        #"{"type":"hello","payload":{}}"#, #"{"type":"hello","payload":{"token":null}}"#, #"{"payload":{}}"#,
        #"{"type":"hello","payload":{"user":{"username":"root"}},"x":1}"#,
        #"{"type":"hello","id":null,"timestamp":null,"payload":{}}"#,
    ])
    func guestsSayHello(text: String) {
        let hello = self.hello(text)
        #expect(hello != nil)
        #expect(hello?.token == nil)
        #expect(hello?.extensions == nil)
    }

    @Test(arguments: [
        "zzz", "[]", #"{"type":"chat_send","payload":{"channel_id":7,"content":"x"}}"#, #"{"type":"hello"}"#,
        #"{"type":"hello","payload":{"x":1}}"#, #"{"type":"hello","payload":{"token":7}}"#,
        #"{"type":"hello","id":"x","payload":{}}"#, #"{"type":"hello","timestamp":"x","payload":{}}"#,
        #"{"type":null,"payload":{}}"#, #"{"t":1,"p":{}}"#,
    ])
    func everythingElseIsABadHello(text: String) {
        #expect(throws: FrameError.self) { try self.decoder.decodeHello(ByteBuffer(string: text)) }
        do throws(FrameError) { _ = try self.decoder.decodeHello(ByteBuffer(string: text)) } catch {
            #expect(error.fault == .badHello)
        }
    }

    @Test func extensionsAreNegotiated() {
        let hello = self.hello(
            """
            {"type":"hello","payload":{"token":"t"},"ext":{"v":1,"want":["ack","edit","notify"],
            "resume":{"session":"s","rooms":{"7":{"epoch":"k3","seq":4711}},"user":{"epoch":"k3","seq":88}}}}
            """)
        #expect(hello?.token == "t")
        #expect(hello?.extensions?.features == [.ack, .edit])
        #expect(hello?.extensions?.features.names == ["ack", "edit"])
        #expect(
            hello?.extensions?.positions == [
                RoomPosition(room: .number(Sample.seven), epoch: Epoch("k3"), seq: 4711)
            ])
    }

    @Test(arguments: [#""x""#, "null", "{}", #"{"v":2,"want":7}"#])
    func otherExtensionsMakeAnOldClient(ext: String) {
        let hello = self.hello(#"{"type":"hello","payload":{},"ext":\#(ext)}"#)
        #expect(hello != nil)
        #expect(hello?.extensions == nil)
    }

    @Test(arguments: [
        #"{"v":1,"want":"ack"}"#, #"{"v":1,"want":[1]}"#, #"{"v":1,"resume":{"rooms":[]}}"#,
        #"{"v":1,"resume":{"rooms":{"0":{"epoch":"a","seq":1}}}}"#, #"{"v":1,"resume":{"rooms":{"7":{"seq":1}}}}"#,
        #"{"v":1,"resume":{"rooms":{"7":{"epoch":"a","seq":-1}}}}"#,
    ])
    func extensionsThatDoNotFitAreABadHello(ext: String) {
        #expect(self.hello(#"{"type":"hello","payload":{},"ext":\#(ext)}"#) == nil)
    }

    @Test func aThousandRoomsCanBeResumed() {
        let rooms = (1...1000).map { #""\#($0)":{"epoch":"0123456789","seq":1}"# }.joined(separator: ",")
        let hello = self.hello(#"{"type":"hello","payload":{},"ext":{"v":1,"resume":{"rooms":{\#(rooms)}}}}"#)
        #expect(hello?.extensions?.positions.count == 1000)
    }

    @Test func compactHellosAreUnderstoodWithTheSubprotocol() {
        #expect(self.hello(#"{"t":1,"p":{"token":"x"}}"#, compact: true)?.token == "x")
        #expect(self.hello(#"{"p":{}}"#, compact: true) != nil)
    }
}
