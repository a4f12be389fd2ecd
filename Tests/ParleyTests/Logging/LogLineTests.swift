import Logging
import Testing

@testable import parley

struct LogLineTests {
    private let line = LogLine(
        milliseconds: 0, level: .warning, message: "Two\nlines", fields: [("a", "plain"), ("b", "with \"quotes\"")])

    @Test func oneEventIsOneLineOfText() {
        #expect(
            self.line.text == "1970-01-01T00:00:00.000Z warning  Two\u{FFFD}lines a=plain b=\"with \\\"quotes\\\"\"\n")
    }

    @Test func oneEventIsOneObjectOfJSON() {
        #expect(
            self.line.json
                == #"{"time":"1970-01-01T00:00:00.000Z","level":"warning","message":"Two\nlines","a":"plain","#
                + #""b":"with \"quotes\""}"# + "\n")
    }

    @Test func aFieldDoesNotTakeThePlaceOfTheMessage() {
        let line = LogLine(milliseconds: 0, level: .info, message: "real", fields: [("message", "forged")])
        #expect(line.json.contains(#""message":"real""#))
        #expect(!line.json.contains("forged"))
    }
}
