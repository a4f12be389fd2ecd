import NIOCore
import Testing
import WireJSON

@testable import GatewayPhoenix

/// phoenix-channels.md §1.10.
struct LongPollBodyTests {
    private let ndjson = "application/x-ndjson"

    private func lines(_ body: String, _ contentType: String? = nil) -> [LongPollBody.Line] {
        LongPollBody.lines(of: ByteBuffer(string: body), contentType: contentType ?? self.ndjson)
    }

    private func text(_ text: String) -> LongPollBody.Line { .text(ByteBuffer(string: text)) }

    @Test func aLineThatIsAnArrayIsAMessage() {
        let body = "[null,\"1\",\"t\",\"e\",{}]\n[2]\r\n[3]"
        #expect(self.lines(body) == [self.text("[null,\"1\",\"t\",\"e\",{}]"), self.text("[2]"), self.text("[3]")])
        #expect(self.lines("[1]\n") == [self.text("[1]")])
        #expect(self.lines("\r\n[1]\n\n[2]") == [self.text("[1]"), self.text("[2]")])
        #expect(self.lines("").isEmpty)
    }

    @Test func anyOtherLineIsBase64OfABinaryMessage() {
        #expect(
            self.lines("AAEBBgMxMnJvb206YWJpbgEC\n[1]") == [
                .binary(ByteBuffer(bytes: [0, 1, 1, 6, 3] + Array("12room:abin".utf8) + [1, 2])), self.text("[1]"),
            ])
        #expect(self.lines("AAE=") == [.binary(ByteBuffer(bytes: [0, 1]))])
        #expect(self.lines("AA==") == [.binary(ByteBuffer(bytes: [0]))])
        #expect(self.lines("+/8=") == [.binary(ByteBuffer(bytes: [0xFB, 0xFF]))])
    }

    @Test(arguments: ["AAE", "A", "AA=", "A===", "====", "AAF=", "{\"a\":1}", "A A=", "é==="])
    func whatIsNeitherIsUndecodable(line: String) {
        #expect(self.lines(line) == [.undecodable])
    }

    /// C50.
    @Test func onlyTheFirstHundredLinesCount() {
        let body = (0..<101).map { "[\($0)]" }.joined(separator: "\n")
        let lines = self.lines(body)
        #expect(lines.count == 100)
        #expect(lines.last == self.text("[99]"))
    }

    @Test(arguments: ["application/json", "text/plain", "application/x-ndjsonx", nil])
    func anyOtherBodyIsOneMessage(contentType: String?) {
        let body = ByteBuffer(string: "{\"a\":1}\n[2]")
        #expect(LongPollBody.lines(of: body, contentType: contentType) == [.text(body)])
    }

    @Test(arguments: ["application/x-ndjson", "Application/X-NDJSON", "application/x-ndjson; charset=utf-8"])
    func theContentTypesParametersMeanNothing(contentType: String) {
        #expect(self.lines("[1]\n[2]", contentType).count == 2)
    }

    /// C45, C46, C49.
    @Test func answersAreAsTheWireShowsThem() {
        #expect(LongPollBody.poll(.gone, token: "T").text == #"{"status":410,"token":"T","messages":[]}"#)
        #expect(LongPollBody.poll(.noContent, token: "T").text == #"{"status":204,"token":"T","messages":[]}"#)
        let message = MessageWriter(.v2, envelope: .bare).bytes {
            $0.reply(ReplyHead(joinRef: .null, ref: "1", topic: "phoenix"), .ok, into: &$1)
        }
        let body = LongPollBody.poll(.ok, token: "T", messages: [message, ByteBuffer(string: "[2]")])
        #expect(
            body.text
                == #"{"status":200,"token":"T","messages":["[null,\"1\",\"phoenix\",\"phx_reply\","#
                + #"{\"status\":\"ok\",\"response\":{}}]","[2]"]}"#)
        #expect(LongPollBody.status(.forbidden).text == #"{"status":403}"#)
        #expect(LongPollBody.status(.ok).text == #"{"status":200}"#)
        #expect(LongPollBody.status(.timeout).text == #"{"status":408}"#)
    }

    @Test(arguments: [1, 2] as [UInt64])
    func anyBytesAreTakenApart(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<5_000 {
            let count = Int.random(in: 0..<60, using: &random)
            let bytes = (0..<count).map { _ in Array("[]\r\nAz09+/=-_{".utf8).randomElement(using: &random) ?? 0 }
            #expect(LongPollBody.lines(of: ByteBuffer(bytes: bytes), contentType: self.ndjson).count <= 100)
        }
    }
}

struct AuthTokenSubprotocolTests {
    @Test func theTokenIsBase64WithoutPadding() {
        #expect(AuthTokenSubprotocol(offered: ["phoenix", "base64url.bearer.phx.YWJj"]) == .token("abc"))
        #expect(AuthTokenSubprotocol(offered: ["base64url.bearer.phx.YWI", "phoenix"]) == .token("ab"))
        // Both alphabets: of the standard one, and of the one that the prefix names.
        #expect(AuthTokenSubprotocol(offered: ["base64url.bearer.phx.Pz4/Pw"]) == .token("?>??"))
        #expect(AuthTokenSubprotocol(offered: ["base64url.bearer.phx.Pz4_Pw"]) == .token("?>??"))
        #expect(AuthTokenSubprotocol(offered: ["base64url.bearer.phx."]) == .token(""))
    }

    @Test func withoutTokenThereIsNone() {
        #expect(AuthTokenSubprotocol(offered: [String]()) == .absent)
        #expect(AuthTokenSubprotocol(offered: ["phoenix", "graphql-ws"]) == .absent)
    }

    @Test(arguments: ["YW=", "YQ==", "Y", "%%%%", "/////w"])
    func whatIsNoTokenIsRefused(encoded: String) {
        #expect(AuthTokenSubprotocol(offered: ["phoenix", "base64url.bearer.phx." + encoded]) == .malformed)
    }
}
