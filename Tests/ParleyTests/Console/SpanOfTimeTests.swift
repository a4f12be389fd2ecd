import Testing

@testable import parley

struct SpanOfTimeTests {
    @Test(
        arguments: [
            ("45s", 45), ("10m", 600), ("12h", 43_200), ("3d", 259_200), ("2w", 1_209_600),
            ("3650d", 315_360_000),
        ] as [(String, Int64)])
    func unitsCount(text: String, seconds: Int64) {
        #expect(SpanOfTime.seconds(text) == seconds)
    }

    @Test(arguments: [
        "", "45", "soon", "h", "0", "0h", "-1h", "1.5h", "1y", "3651d", "99999999999999999999h", "9223372036854775807w",
    ])
    func everythingElseIsRefused(text: String) {
        #expect(SpanOfTime.seconds(text) == nil)
    }
}
