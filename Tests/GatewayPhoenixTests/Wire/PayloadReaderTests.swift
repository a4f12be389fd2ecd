import ChatModel
import NIOCore
import Testing
import WireJSON

@testable import GatewayPhoenix

struct PayloadReaderTests {
    private enum Mode: String, CaseIterable { case toggle, add, remove }

    private func reader(_ json: String) throws -> PayloadReader {
        try PayloadReader(MessageDecoder(.v2).decodeText("[null,null,\"t\",\"e\",\(json)]").payload)
    }

    /// What a client is told.
    private func complaint(_ json: String, _ read: (PayloadReader) throws(PayloadError) -> Void) -> String? {
        do {
            try read(try self.reader(json))
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func membersAreReadByKind() throws {
        let reader = try self.reader(
            #"{"s":"x","n":7,"lenient":"8","real":9.0,"b":true,"m":"add","list":["a","b"],"last":{"seq":3}}"#)
        #expect(try reader.string("s") == "x")
        #expect(try reader.integer("n") == 7)
        #expect(try reader.integer("lenient") == 8)
        #expect(try reader.optionalInteger("real") == 9)
        #expect(try reader.optionalBool("b") == true)
        #expect(try reader.choice("m", of: Mode.self) == .add)
        #expect(try reader.optionalStrings("list", most: 2) == ["a", "b"])
        #expect(try reader.object("last").integer("seq") == 3)
        #expect(try reader.optionalObject("last")?.integer("seq") == 3)
        #expect(try reader.limit(most: 100) == 50)
        #expect(try reader.limit(most: 20) == 20)
        #expect(reader.value("s") == "x")
    }

    @Test(arguments: ["{}", #"{"k":null}"#])
    func absentAndNullAreTheSame(json: String) throws {
        let reader = try self.reader(json)
        #expect(reader.value("k") == nil)
        #expect(try reader.optionalString("k") == nil)
        #expect(try reader.optionalInteger("k") == nil)
        #expect(try reader.optionalBool("k") == nil)
        #expect(try reader.optionalChoice("k", of: Mode.self) == nil)
        #expect(try reader.optionalStrings("k", most: 1) == nil)
        #expect(try reader.optionalOpaque("k") == nil)
        #expect(try reader.optionalMessageID("k") == nil)
        #expect(try reader.optionalObject("k") == nil)
        #expect(throws: PayloadError(key: "k", expected: "a string")) { try reader.string("k") }
    }

    @Test func errorsNameTheKeyAndWhatItMustBe() {
        #expect(
            self.complaint(#"{"k":1}"#) { (r) throws(PayloadError) in _ = try r.string("k") }
                == "'k' must be a string")
        #expect(
            self.complaint(#"{"limit":0}"#) { (r) throws(PayloadError) in _ = try r.limit(most: 100) }
                == "'limit' must be an integer from 1 to 100")
        #expect(
            self.complaint(#"{"last":{"seq":-1}}"#) { (r) throws(PayloadError) in
                _ = try r.object("last").integer("seq", in: 0 ... .max)
            } == "'last.seq' must be an integer of at least 0")
        #expect(
            self.complaint(#"{"n":1.5}"#) { (r) throws(PayloadError) in _ = try r.integer("n") }
                == "'n' must be an integer")
        #expect(
            self.complaint(#"{"mode":"x"}"#) { (r) throws(PayloadError) in
                _ = try r.optionalChoice("mode", of: Mode.self)
            } == "'mode' must be one of toggle, add, remove")
        #expect(
            self.complaint(#"{"l":["a",1]}"#) { (r) throws(PayloadError) in _ = try r.optionalStrings("l", most: 5) }
                == "'l' must be an array of at most 5 strings")
        #expect(
            self.complaint(#"{"l":["a","b"]}"#) { (r) throws(PayloadError) in _ = try r.optionalStrings("l", most: 1) }
                == "'l' must be an array of at most 1 strings")
        #expect(
            self.complaint(#"{"b":1}"#) { (r) throws(PayloadError) in _ = try r.optionalBool("b") }
                == "'b' must be true or false")
        #expect(
            self.complaint(#"{"id":"x"}"#) { (r) throws(PayloadError) in _ = try r.messageID("id") }
                == "'id' must be a message id")
    }

    @Test(arguments: ["null", "[]", "\"x\"", "1"])
    func aPayloadMustBeAnObject(json: String) {
        #expect(self.complaint(json) { (_) throws(PayloadError) in } == "the payload must be an object")
        let binary = InboundPayload.binary(ByteBuffer(string: "{}"))
        #expect(throws: PayloadError.self) { try PayloadReader(binary) }
    }

    @Test func idsAndMetadataAreTheCores() throws {
        let reader = try self.reader(
            #"{"id":"0195CAFE-0000-4000-8000-000000000001","metadata":{"a":[1, 2.50],"b":"\u00e9"}}"#)
        #expect(try reader.messageID("id") == MessageID(high: 0x0195_CAFE_0000_4000, low: 0x8000_0000_0000_0001))
        #expect(try reader.optionalOpaque("metadata")?.text == #"{"a":[1,2.5],"b":"é"}"#)
    }

    @Test func hugeNumbersAreRefusedNotTrapped() {
        for number in ["9223372036854775808", "-9223372036854779904", "1e300", "\"99999999999999999999\""] {
            #expect(
                self.complaint("{\"n\":\(number)}") { (r) throws(PayloadError) in _ = try r.integer("n") }
                    == "'n' must be an integer")
        }
    }
}
