import HTTPTypes
import Testing

@testable import GatewayREST

struct MetricsPageTests {
    @Test func everyLineIsASampleOrSaysWhatOneIs() async throws {
        try await TestGateway.with { test async throws in
            _ = try await test.get("/no/such/path")
            let page = try await test.get("/metrics")
            #expect(page.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
            let sample = /[a-z_]+(\{[a-z]+="[^"]*"\})? -?[0-9.]+(e[+-]?[0-9]+)?/
            for line in page.text.split(separator: "\n") where !line.hasPrefix("#") {
                #expect(line.wholeMatch(of: sample) != nil, "\(line)")
            }
            #expect(page.text.contains("parley_http_requests_total{status=\"4xx\"} "))
            #expect(page.text.contains("process_resident_memory_bytes "))
        }
    }

    @Test func bucketsAreCumulative() {
        var page = PrometheusText()
        page.histogram("took", "How long.", bounds: [0.5, 1], counts: [2, 3, 4], sum: 7.25)
        #expect(
            page.text == """
                # HELP took How long.
                # TYPE took histogram
                took_bucket{le="0.5"} 2
                took_bucket{le="1"} 5
                took_bucket{le="+Inf"} 9
                took_sum 7.25
                took_count 9

                """)
    }

    @Test func theProcessHasFigures() {
        let figures = ProcessFigures()
        #expect(figures.residentBytes > 1_000_000)
        #expect(figures.openDescriptors > 0)
        #expect(figures.maxDescriptors >= UInt64(figures.openDescriptors))
    }
}
