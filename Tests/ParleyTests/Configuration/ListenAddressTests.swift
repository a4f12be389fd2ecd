import Testing

@testable import parley

struct ListenAddressTests {
    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8080), ("localhost:0", "localhost", 0), (":8080", "0.0.0.0", 8080),
        ("[::1]:8080", "::1", 8080), ("[fe80::1%eth0]:1", "fe80::1%eth0", 1),
        ("chat.example.com:65535", "chat.example.com", 65_535),
    ])
    func addressesAreRead(text: String, host: String, port: Int) {
        #expect(ListenAddress(text) == ListenAddress(host: host, port: port))
    }

    @Test(arguments: [
        "", "nowhere", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "::1:80", "a b:80", "http://x:80",
    ])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test func anIPv6AddressIsWrittenInBrackets() {
        #expect(ListenAddress(host: "::1", port: 80).text == "[::1]:80")
    }
}
