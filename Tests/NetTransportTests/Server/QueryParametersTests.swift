import NIOHTTP1
import Testing

@testable import NetTransport

@Suite("Query parameters")
struct QueryParametersTests {
    private func read(_ query: String) throws -> [[String]] {
        try QueryParameters(query).all.map { [$0.name, $0.value] }
    }

    @Test(
        "Names and values are decoded, in order",
        arguments: [
            ("", []), ("&&", []), ("a=1&b=2", [["a", "1"], ["b", "2"]]),
            ("b=2&a=1&b=3", [["b", "2"], ["a", "1"], ["b", "3"]]),
            ("a", [["a", ""]]), ("a=", [["a", ""]]), ("=a", [["", "a"]]), ("=", [["", ""]]), ("a=b=c", [["a", "b=c"]]),
            ("a+b=c+d", [["a b", "c d"]]), ("a%20b=%2B%3d%26", [["a b", "+=&"]]),
            ("vsn%5B%5D=2.0.0", [["vsn[]", "2.0.0"]]),
            ("n=gr%C3%BC%c3%9fe", [["n", "grüße"]]), ("n=grüße", [["n", "grüße"]]), ("%00=%0A", [["\u{0}", "\n"]]),
            ("a;b=c", [["a;b", "c"]]), ("token=a.b-c_d~e&vsn=2.0.0", [["token", "a.b-c_d~e"], ["vsn", "2.0.0"]]),
        ] as [(String, [[String]])])
    func decoding(query: String, expected: [[String]]) throws {
        #expect(try read(query) == expected)
    }

    @Test(
        "What is not percent-encoding or not UTF-8 is refused",
        arguments: [
            "a=%", "a=%4", "a=%4&b=1", "a=%zz", "a=%4g", "%=1", "a=%+1", "a=%FF", "a=%C3", "a=%C3&b=%BC", "a=%ED%A0%80",
            "a=%C0%AF", "a=%F4%90%80%80", "a=%%34%31",
        ])
    func malformed(query: String) {
        #expect(throws: QueryParameters.Failure.malformed) { try read(query) }
    }

    @Test("There are at most 64, in at most 8 KiB")
    func bounds() throws {
        let many = Array(repeating: "a=1", count: 64).joined(separator: "&")
        #expect(try read(many + "&&").count == 64)
        #expect(throws: QueryParameters.Failure.tooMany) { try read(many + "&b") }
        let long = "a=" + String(repeating: "x", count: 8190)
        #expect(try read(long).count == 1)
        #expect(throws: QueryParameters.Failure.tooLong) { try read(long + "x") }
    }

    @Test("Of several of a name the last counts")
    func last() throws {
        let parameters = try QueryParameters("a=1&b=2&a=3")
        #expect(parameters["a"] == "3")
        #expect(parameters["b"] == "2")
        #expect(parameters["c"] == nil)
    }

    @Test("No bytes bring the reader down", arguments: 0 as UInt64..<50)
    func anyBytes(seed: UInt64) {
        let alphabet = Array("%%%=&+aF09\u{E9}\u{1F600}".utf8)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let bytes = (0..<Int.random(in: 0..<40, using: &generator)).map { _ in
                Bool.random(using: &generator)
                    ? alphabet.randomElement(using: &generator) ?? 0 : UInt8.random(in: 0...255, using: &generator)
            }
            _ = try? QueryParameters(String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test("A request with a query that cannot be read is refused with 400")
    func request() throws {
        func request(_ query: String) -> WebSocketRequest {
            WebSocketRequest(
                path: "/", query: query, headers: [:], remoteAddress: nil, offeredSubprotocols: [], subprotocol: nil)
        }
        #expect(try request("a=%41").queryParameters()["a"] == "A")
        do throws(UpgradeRefusal) {
            _ = try request("a=%4").queryParameters()
            Issue.record("not refused")
        } catch {
            #expect(error.status == .badRequest)
        }
    }
}
