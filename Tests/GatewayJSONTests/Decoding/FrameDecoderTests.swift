import ChatModel
import NIOCore
import Testing

@testable import GatewayJSON

struct FrameDecoderTests {
    private let decoder = FrameDecoder(rules: .init())
    private let extended = FrameDecoder(rules: .init(), isExtended: true)

    private func decode(_ text: String, _ decoder: FrameDecoder? = nil) throws(FrameError) -> InboundFrame {
        try (decoder ?? self.decoder).decode(ByteBuffer(string: text))
    }

    private func fault(_ text: String, _ decoder: FrameDecoder? = nil) -> FrameFault? {
        do throws(FrameError) {
            _ = try self.decode(text, decoder)
            return nil
        } catch {
            return error.fault
        }
    }

    // MARK: - The envelope

    @Test(arguments: [
        "", "nope", "[]", "\"x\"", "1", "null", "{}", #"{"payload":{}}"#, #"{"type":[]}"#,
        #"{"type":null,"payload":{}}"#,
        #"{"type":"chat_sent","payload":{}}"#, #"{"type":"chat_send"}"#, #"{"type":"chat_send","payload":[]}"#,
        #"{"type":"channel_join","payload":{"channel_id":7},"id":7}"#,
        #"{"type":"channel_join","payload":{"channel_id":7},"id":"x"}"#,
        #"{"type":"channel_join","payload":{"channel_id":7},"timestamp":"yesterday"}"#,
        #"{"type":"channel_join","payload":{"channel_id":7},"timestamp":true}"#,
        #"{"type":"channel_join","payload":{"channel_id":7},"payload":{"channel_id":7}}"#,
        #"{"t":5,"p":{"c":7}}"#,
    ])
    func whatIsNoFrameIsMalformed(text: String) {
        #expect(self.fault(text) == .malformed)
    }

    @Test func onlyVersion4IDsAreTaken() {
        func join(_ id: String) -> String { #"{"type":"channel_join","id":\#(id),"payload":{"channel_id":7}}"# }
        #expect(self.fault(join(#""9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d""#)) == nil)
        #expect(self.fault(join(#""9B1DEB4D3B7D4BAD9BDD2B0D7B3DCB6D""#)) == nil)
        #expect(self.fault(join("null")) == nil)
        // Version 1 (case 11).
        #expect(self.fault(join(#""2c5ea4c0-4067-11e9-8bad-9b1deb4d3b7d""#)) == .malformed)
        #expect(self.fault(join(#""ZfjsIER1Qsq4ttCVXIrCEQ""#)) == .malformed)
    }

    @Test(arguments: [
        "null", #""2026-11-21T11:01:21.560Z""#, #""2026-11-21T11:01:21.560135""#, #""2026-11-21T12:01:21+01:00""#,
        "1795258881", "1795258881.5",
    ])
    func timestampsAreCheckedAndIgnored(time: String) {
        #expect(self.fault(#"{"type":"channel_join","timestamp":\#(time),"payload":{"channel_id":7}}"#) == nil)
    }

    @Test func theRefIsNamedWhenItCanBeRead() throws {
        #expect(throws: FrameError(fault: .malformed, ref: "not-a-uuid")) {
            try self.decode(#"{"type":"channel_join","id":"not-a-uuid","payload":{"channel_id":7}}"#)
        }
        #expect(throws: FrameError(fault: .malformed, ref: nil)) { try self.decode("zzz") }
        let long = String(repeating: "a", count: 65)
        #expect(throws: FrameError(fault: .malformed, ref: nil)) {
            try self.decode(#"{"type":"x","id":"\#(long)","payload":{}}"#)
        }
    }

    @Test func unknownTopLevelKeysAreIgnored() {
        #expect(self.fault(#"{"type":"channel_join","x":1,"ext":5,"payload":{"channel_id":7}}"#) == nil)
    }

    // MARK: - Order of checks

    @Test(arguments: [
        "error", "ack", "channel_members", "chat_react_add", "chat_react_remove", "chat_edited", "history_page",
        "room_event",
    ])
    func typesOfTheServerAreRefused(name: String) {
        #expect(self.fault(#"{"type":"\#(name)","payload":{"channel_id":7}}"#) == .serverOnly)
        #expect(self.fault(#"{"type":"\#(name)","payload":[]}"#) == .malformed)
        #expect(self.fault(#"{"type":"\#(name)","id":"x","payload":{}}"#) == .malformed)
    }

    @Test func aSecondHelloIsToldApart() {
        #expect(self.fault(#"{"type":"hello","payload":{}}"#) == .alreadyAuthenticated)
        #expect(self.fault(#"{"type":"hello","payload":{"token":7}}"#) == .malformed)
    }

    @Test(arguments: ["0", "-1", "2147483648", #""0""#])
    func numbersThatNoRoomHasAreNoRooms(number: String) {
        #expect(self.fault(#"{"type":"channel_join","payload":{"channel_id":\#(number)}}"#) == .noSuchRoom)
        #expect(self.fault(#"{"type":"channel_join","payload":{"channel_id":\#(number),"x":1}}"#) == .malformed)
    }

    @Test(arguments: [("7", true), ("7.0", true), (#""7""#, true), ("7.5", false), ("null", false), ("true", false)])
    func integersAreLenient(number: String, isTaken: Bool) {
        let frame = #"{"type":"channel_join","payload":{"channel_id":\#(number)}}"#
        #expect(self.fault(frame) == (isTaken ? nil : .malformed))
    }

    // MARK: - Payloads

    @Test(arguments: [
        #""channel_join","payload":{"channel_id":7,"user":{"username":"x"}}"#,
        #""channel_leave","payload":{"channel_id":7,"user":null}"#,
        #""chat_send","payload":{"channel_id":7,"content":"","sender":"bob","reactions":{"👍":9}}"#,
        #""chat_react","payload":{"channel_id":7,"message_id":"9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d","emote":"🔥"}"#,
        #""chat_typing","payload":{"channel_id":7,"user":{}}"#,
        #""chat_typing","payload":{"channel_id":7,"state":"stopped"}"#,
        #""chat_kick","payload":{"channel_id":7,"target":"bob"}"#,
        #""chat_mute","payload":{"channel_id":7,"target":"bob","duration":"10","reason":"spam"}"#,
        #""chat_unmute","payload":{"channel_id":7,"target":"bob","duration":60,"reason":""}"#,
        #""chat_ban","payload":{"channel_id":7,"target":"bob","delete_messages":3600}"#,
        #""presence_get","payload":{"usernames":[]}"#,
        #""room_list","payload":{}"#,
        #""room_create","payload":{"title":"Tea","alias":null,"kind":"channel","access":"strict_private"}"#,
        #""room_update","payload":{"channel_id":7,"alias":null,"retention":{"days":30},"slow_mode_s":5}"#,
        #""history_get","payload":{"channel_id":7,"around":"9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"}"#,
    ])
    func whatTheDocumentationShowsIsTaken(frame: String) {
        #expect(self.fault(#"{"type":"# + frame + "}") == nil)
    }

    @Test(arguments: [
        #""channel_join","payload":{}"#,
        #""channel_join","payload":{"channel_id":7,"x":1}"#,
        #""chat_send","payload":{"channel_id":7}"#,
        #""chat_send","payload":{"channel_id":7,"content":7}"#,
        #""chat_send","payload":{"channel_id":7,"content":null}"#,
        #""chat_react","payload":{"channel_id":7,"message_id":"9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d","emote":"😀"}"#,
        #""chat_react","payload":{"channel_id":7,"message_id":"2c5ea4c0-4067-11e9-8bad-9b1deb4d3b7d","emote":"🔥"}"#,
        #""chat_react","payload":{"channel_id":7,"message_id":7,"emote":"🔥"}"#,
        #""chat_typing","payload":{"channel_id":7,"state":"thinking"}"#,
        #""chat_kick","payload":{"channel_id":7}"#,
        #""chat_kick","payload":{"channel_id":7,"target":"bob","duration":1}"#,
        #""chat_kick","payload":{"channel_id":7,"target":"bob","reason":null}"#,
        #""chat_mute","payload":{"channel_id":7,"target":"bob","duration":1.5}"#,
        #""chat_mute","payload":{"channel_id":7,"target":"bob","duration":null}"#,
        #""member_role","payload":{"channel_id":7,"target":"bob","role":"none"}"#,
        #""member_role","payload":{"channel_id":7,"target":"bob","role":"king"}"#,
        #""presence_get","payload":{"usernames":["a",1]}"#,
        #""room_create","payload":{"kind":"direct"}"#,
        #""room_create","payload":{"channel_id":0}"#,
        #""room_update","payload":{"channel_id":7,"retention":{"days":30,"count":1}}"#,
        #""room_update","payload":{"channel_id":7,"slow_mode_s":4294967296}"#,
        #""history_get","payload":{"channel_id":7,"before":1,"after":2}"#,
        #""history_get","payload":{"channel_id":7,"limit":0}"#,
        #""history_get","payload":{"channel_id":7,"limit":201}"#,
        #""history_get","payload":{"channel_id":7,"before":-1}"#,
        #""room_list","payload":{"cursor":"x"}"#,
        #""read_mark","payload":{"channel_id":7,"seq":-1}"#,
        #""member_list","payload":{"channel_id":7,"cursor":""}"#,
    ])
    func whatDoesNotFitItsTypeIsMalformed(frame: String) {
        #expect(self.fault(#"{"type":"# + frame + "}") == .malformed)
    }

    @Test func muteWithoutDurationLastsAMinute() throws {
        let frame = try self.decode(#"{"type":"chat_mute","payload":{"channel_id":7,"target":"bob"}}"#)
        guard case .moderate(_, .username("bob"), .mute(seconds: 60, reason: "")) = frame.command else {
            Issue.record("\(frame.command)")
            return
        }
    }

    @Test func theFrameIDIsTheIdempotencyKeyInOneSpelling() throws {
        for id in ["9B1DEB4D-3B7D-4BAD-9BDD-2B0D7B3DCB6D", "9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d"] {
            let frame = try self.decode(
                #"{"type":"chat_send","id":"\#(id)","payload":{"channel_id":7,"content":"hi"}}"#)
            guard case .send(.number(Sample.seven), let message) = frame.command else {
                Issue.record("\(frame.command)")
                return
            }
            #expect(message.clientID?.value == "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d")
            #expect(frame.ref == id)
        }
    }

    // MARK: - Strict mode (case 35)

    @Test func strictModeCountsCodePointsAfterTrimming() {
        let strict = FrameDecoder(rules: .init(isStrict: true))
        func send(_ content: String) -> String {
            #"{"type":"chat_send","payload":{"channel_id":7,"content":"\#(content)"}}"#
        }
        #expect(self.fault(send(String(repeating: "😀", count: 200)), strict) == nil)
        #expect(self.fault(send(String(repeating: "a", count: 201)), strict) == .malformed)
        #expect(self.fault(send("  " + String(repeating: "a", count: 200) + "\u{a0} "), strict) == nil)
        // A family of three is five code points.
        #expect(self.fault(send(String(repeating: "👨‍👩‍👧", count: 41)), strict) == .malformed)
        #expect(self.fault(send(String(repeating: "a", count: 201))) == nil)
    }

    // MARK: - Extensions

    @Test func extensionsOfOldClientsAreNotRead() throws {
        let frame = try self.decode(
            #"{"type":"channel_join","ext":{"history":3},"payload":{"channel_id":7}}"#)
        guard case .join(_, let options) = frame.command else {
            Issue.record("\(frame.command)")
            return
        }
        #expect(options.history == 50)
        #expect(options.position == nil)
    }

    @Test func joinSaysWhatItWantsOfThePast() throws {
        let frame = try self.decode(
            #"{"type":"channel_join","ext":{"history":3,"epoch":"k3","seq":4711},"payload":{"channel_id":7}}"#,
            self.extended)
        guard case .join(_, let options) = frame.command else {
            Issue.record("\(frame.command)")
            return
        }
        #expect(options.history == 3)
        #expect(options.position == RoomPosition(room: .number(Sample.seven), epoch: Epoch("k3"), seq: 4711))
        let plain = try self.decode(#"{"type":"channel_join","payload":{"channel_id":7}}"#, self.extended)
        guard case .join(_, let options) = plain.command else {
            Issue.record("\(plain.command)")
            return
        }
        #expect(options.history == 0)
    }

    @Test func sendCarriesReplyMentionsAndMetadata() throws {
        let frame = try self.decode(
            """
            {"type":"chat_send","payload":{"channel_id":7,"content":"hi"},"ext":{"reply_to":\
            "65f8ec20-4475-42ca-b8b6-d0955c8ac211","mentions":["bob"],"metadata":{"a":[1,{"b":null}]}}}
            """, self.extended)
        guard case .send(_, let message) = frame.command else {
            Issue.record("\(frame.command)")
            return
        }
        #expect(message.replyTo == Sample.messageID)
        #expect(message.mentions == ["bob"])
        #expect(message.metadata?.text == #"{"a":[1,{"b":null}]}"#)
    }

    @Test(arguments: [
        #"{"reply_to":"x"}"#, #"{"mentions":[1]}"#, #"{"mentions":"bob"}"#, #"{"metadata":[]}"#, "[]", "1",
    ])
    func extensionsThatDoNotFitAreMalformed(ext: String) {
        let frame = #"{"type":"chat_send","payload":{"channel_id":7,"content":"hi"},"ext":\#(ext)}"#
        #expect(self.fault(frame, self.extended) == .malformed)
        #expect(self.fault(frame) == nil)
    }

    // MARK: - Compact

    @Test func compactFramesMeanTheSame() throws {
        let compact = FrameDecoder(rules: .init(), acceptsCompact: true)
        let frame = try self.decode(
            #"{"t":11,"i":"ZfjsIER1Qsq4ttCVXIrCEQ","ts":1795258881560,"p":{"c":7,"r":"ZfjsIER1Qsq4ttCVXIrCEQ","e":"👍"}}"#,
            compact)
        guard case .react(.number(Sample.seven), Sample.messageID, emote: "👍", .toggle) = frame.command else {
            Issue.record("\(frame.command)")
            return
        }
        #expect(frame.ref == "ZfjsIER1Qsq4ttCVXIrCEQ")
        // Frames in full are understood too.
        #expect(self.fault(#"{"type":"channel_join","payload":{"channel_id":7}}"#, compact) == nil)
        // Long names do not belong into short frames, nor the other way round.
        #expect(self.fault(#"{"t":5,"p":{"channel_id":7}}"#, compact) == .malformed)
        #expect(self.fault(#"{"type":"channel_join","payload":{"c":7}}"#, compact) == .malformed)
        #expect(self.fault(#"{"t":7,"p":{}}"#, compact) == .serverOnly)
        #expect(self.fault(#"{"t":99,"p":{}}"#, compact) == .malformed)
    }
}
