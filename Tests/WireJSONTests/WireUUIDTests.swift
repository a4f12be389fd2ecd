import Testing
import WireJSON

@Suite("UUIDs on the wire")
struct WireUUIDTests {
    @Test("text is read in either case and written in lower case")
    func text() throws {
        let id = try #require(WireUUID("65F8EC20-4475-42ca-b8b6-d0955C8AC211"))
        #expect(id.high == 0x65f8_ec20_4475_42ca)
        #expect(id.low == 0xb8b6_d095_5c8a_c211)
        #expect(id.text == "65f8ec20-4475-42ca-b8b6-d0955c8ac211")
        #expect(id.version == 4)
        #expect(id.hasStandardVariant)
    }

    @Test("version and variant are told apart")
    func version() throws {
        let timeBased = try #require(WireUUID("c232ab00-9414-11ec-b3c8-9f6bdeced846"))
        #expect(timeBased.version == 1)
        let ordered = try #require(WireUUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"))
        #expect(ordered.version == 7)
        let none = WireUUID(high: 0, low: 0)
        #expect(none.version == 0)
        #expect(!none.hasStandardVariant)
        #expect(!WireUUID(high: .max, low: .max).hasStandardVariant)
    }

    @Test(
        "anything but 36 characters in the one form is refused",
        arguments: [
            "", "65f8ec20447542cab8b6d0955c8ac211", "65f8ec20-4475-42ca-b8b6-d0955c8ac21",
            "65f8ec20-4475-42ca-b8b6-d0955c8ac2111", "65f8ec20-4475-42ca-b8b6-d0955c8ac21g",
            "65f8ec204-475-42ca-b8b6-d0955c8ac211", "65f8ec20_4475_42ca_b8b6_d0955c8ac211",
            "65f8ec2--4475-42ca-b8b6-d0955c8ac211", "{5f8ec20-4475-42ca-b8b6-d0955c8ac21}",
            "65f8ec20-4475-42ca-b8b6-d0955c8ac2é", " 5f8ec20-4475-42ca-b8b6-d0955c8ac211",
        ])
    func refusesOtherForms(text: String) {
        #expect(WireUUID(text) == nil)
    }

    @Test("base64url holds the octets in 22 characters")
    func base64URL() {
        #expect(WireUUID(high: 0, low: 0).base64URL == "AAAAAAAAAAAAAAAAAAAAAA")
        #expect(WireUUID(high: .max, low: .max).base64URL == "_____________________w")
        let id = WireUUID(high: 0x65f8_ec20_4475_42ca, low: 0xb8b6_d095_5c8a_c211)
        #expect(id.base64URL == "ZfjsIER1Qsq4ttCVXIrCEQ")
        #expect(WireUUID(base64URL: "ZfjsIER1Qsq4ttCVXIrCEQ") == id)
    }

    @Test(
        "base64url of another length, alphabet or with spare bits set is refused",
        arguments: [
            "", "ZfjsIER1Qsq4ttCVXIrCE", "ZfjsIER1Qsq4ttCVXIrCEQ==", "ZfjsIER1Qsq4ttCVXIrCE+",
            "+fjsIER1Qsq4ttCVXIrCEQ", "/fjsIER1Qsq4ttCVXIrCEQ", "ZfjsIER1Qsq4ttCVXIrCER", "ZfjsIER1Qsq4ttCVXIrCE=",
            "ZfjsIER1Qsq4ttCVXIrC\u{E9}", "ZfjsIER1 sq4ttCVXIrCEQ",
        ])
    func refusesOtherBase64(text: String) {
        #expect(WireUUID(base64URL: text) == nil)
    }

    @Test("both texts read back as the same UUID")
    func roundTrip() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<2_000 {
            let id = WireUUID(high: random.next(), low: random.next())
            #expect(WireUUID(id.text) == id)
            #expect(WireUUID(base64URL: id.base64URL) == id)
            #expect(id.text.utf8.count == 36)
            #expect(id.base64URL.utf8.count == 22)
        }
    }
}
