import Testing
import WireJSON

@Suite("Moments on the wire")
struct WireTimestampTests {
    static let vectors: [(Int64, String)] = [
        (0, "1970-01-01T00:00:00.000Z"),
        (1, "1970-01-01T00:00:00.001Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (1_795_258_881_560, "2026-11-21T11:01:21.560Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (951_868_799_999, "2000-02-29T23:59:59.999Z"),
        (951_868_800_000, "2000-03-01T00:00:00.000Z"),
        (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"),
        (-2_203_891_200_001, "1900-02-28T23:59:59.999Z"),
        (1_709_251_199_000, "2024-02-29T23:59:59.000Z"),
        (2_147_483_648_000, "2038-01-19T03:14:08.000Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ]

    @Test("a known moment has its known text, both ways", arguments: vectors)
    func knownVectors(milliseconds: Int64, text: String) {
        #expect(WireTimestamp.text(milliseconds: milliseconds) == text)
        #expect(WireTimestamp.milliseconds(text) == milliseconds)
    }

    @Test("moments before the year 1 and after the year 9999 become the first and the last")
    func clamping() {
        #expect(WireTimestamp.text(milliseconds: .min) == "0001-01-01T00:00:00.000Z")
        #expect(WireTimestamp.text(milliseconds: .max) == "9999-12-31T23:59:59.999Z")
    }

    @Test("every text written is read as the same moment")
    func roundTrip() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<5_000 {
            let moment = Int64.random(in: WireTimestamp.range, using: &random)
            #expect(WireTimestamp.milliseconds(WireTimestamp.text(milliseconds: moment)) == moment)
        }
    }

    @Test("one day after another has the next date, for 800 years")
    func consecutiveDays() throws {
        var previous = ""
        for day in Int64(-146_097)...146_097 {
            let text = WireTimestamp.text(milliseconds: day * 86_400_000)
            try #require(text > previous)
            try #require(WireTimestamp.milliseconds(text) == day * 86_400_000)
            previous = text
        }
    }

    static let otherForms: [(String, Int64)] = [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01t00:00:00z", 0),
        ("1970-01-01T00:00:00.5Z", 500),
        ("1970-01-01T00:00:00.1239999999999999999999Z", 123),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("1970-01-01T02:00:00+02:00", 0),
        ("1969-12-31T18:30:00-05:30", 0),
        ("1970-01-01T00:00:00-00:00", 0),
        ("1985-04-12T23:20:50.52Z", 482_196_050_520),
        ("1996-12-19T16:39:57-08:00", 851_042_397_000),
        ("1990-12-31T23:59:60Z", 662_688_000_000),
        ("1990-12-31T15:59:60.7-08:00", 662_688_000_000),
        ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130),
    ]

    @Test("fractions of any length, offsets and leap seconds are read", arguments: otherForms)
    func readsOtherForms(text: String, milliseconds: Int64) {
        #expect(WireTimestamp.milliseconds(text) == milliseconds)
    }

    @Test("a text without an offset is read only where the caller takes it for UTC")
    func missingOffset() {
        let text = "2026-11-21T11:01:21.560135"
        #expect(WireTimestamp.milliseconds(text) == nil)
        #expect(WireTimestamp.milliseconds(text, missingOffset: .utc) == 1_795_258_881_560)
        #expect(WireTimestamp.milliseconds("1970-01-01T01:00:00+01:00", missingOffset: .utc) == 0)
        #expect(WireTimestamp.milliseconds("1970-01-01T01:00:00X", missingOffset: .utc) == nil)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "1970", "1970-01-01", "1970-01-01T00:00Z", "1970-01-01 00:00:00Z", "1970-01-01T00:00:00.Z",
            "1970-01-01T00:00:00,5Z", "1970-13-01T00:00:00Z", "1970-00-01T00:00:00Z", "1970-01-00T00:00:00Z",
            "1970-01-32T00:00:00Z", "1970-04-31T00:00:00Z", "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
            "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1970-01-01T00:00:61Z", "1970-01-01T00:00:60Z",
            "1970-01-01T00:00:00+24:00", "1970-01-01T00:00:00+00:60", "1970-01-01T00:00:00+0100",
            "1970-01-01T00:00:00+01", "1970-01-01T00:00:00Z ", " 1970-01-01T00:00:00Z", "0000-01-01T00:00:00Z",
            "10000-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "+1970-01-01T00:00:00Z",
            "1970-1-1T00:00:00Z", "1970-01-01T00:00:00ZZ", "１９７０-01-01T00:00:00Z", "0",
        ])
    func refusesOtherForms(text: String) {
        #expect(WireTimestamp.milliseconds(text) == nil)
    }
}
