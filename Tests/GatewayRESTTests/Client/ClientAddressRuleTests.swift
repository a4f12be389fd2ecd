import ChatCore
import Testing

@testable import GatewayREST

struct ClientAddressRuleTests {
    private func address(_ proxies: [String], peer: String?, _ forwarded: String...) throws -> String {
        try ClientAddressRule(trustedProxies: proxies).address(peer: peer, forwardedFor: forwarded).text
    }

    @Test func aPeerThatIsNotTrustedSaysNothingAboutOthers() throws {
        #expect(try self.address([], peer: "203.0.113.7", "198.51.100.1") == "203.0.113.7")
        #expect(try self.address(["10.0.0.0/8"], peer: "203.0.113.7", "198.51.100.1") == "203.0.113.7")
    }

    @Test func aTrustedProxyIsBelieved() throws {
        #expect(try self.address(["127.0.0.1"], peer: "127.0.0.1", "198.51.100.1") == "198.51.100.1")
        #expect(try self.address(["10.0.0.0/8"], peer: "10.200.3.4", "2001:db8::1") == "2001:db8::1")
        #expect(try self.address(["fd00::/8"], peer: "fd12::1", "198.51.100.1") == "198.51.100.1")
    }

    @Test func whatTheClientWroteItselfIsNotBelieved() throws {
        #expect(try self.address(["127.0.0.1"], peer: "127.0.0.1", "1.1.1.1, 198.51.100.1") == "198.51.100.1")
        #expect(try self.address(["127.0.0.1"], peer: "127.0.0.1", "1.1.1.1", "198.51.100.1") == "198.51.100.1")
    }

    @Test func aChainOfTrustedProxiesIsFollowed() throws {
        let proxies = ["127.0.0.1", "10.0.0.0/8"]
        #expect(try self.address(proxies, peer: "127.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.9") == "198.51.100.1")
        #expect(try self.address(proxies, peer: "127.0.0.1", "10.0.0.8, 10.0.0.9") == "10.0.0.8")
    }

    @Test func nonsenseEndsTheSearchAtTheLastGoodAddress() throws {
        #expect(try self.address(["127.0.0.1"], peer: "127.0.0.1", "unknown") == "127.0.0.1")
        #expect(try self.address(["127.0.0.1"], peer: "127.0.0.1", "") == "127.0.0.1")
        #expect(try self.address(["127.0.0.1"], peer: "127.0.0.1") == "127.0.0.1")
        #expect(try self.address(["127.0.0.1"], peer: "127.0.0.1", "1.1.1.1:80") == "127.0.0.1")
        #expect(try self.address([], peer: nil, "1.1.1.1") == "unknown")
    }

    @Test func mappedAndPlainSpellingsAreOneAddress() throws {
        #expect(try self.address(["127.0.0.1"], peer: "::ffff:127.0.0.1", "198.51.100.1") == "198.51.100.1")
        #expect(try self.address([], peer: "::ffff:203.0.113.7") == "203.0.113.7")
        #expect(try self.address(["::ffff:10.0.0.0/104"], peer: "10.1.2.3", "198.51.100.1") == "198.51.100.1")
    }

    @Test func theEdgesOfARangeCount() throws {
        let range = ["192.0.2.64/26"]
        #expect(try self.address(range, peer: "192.0.2.64", "1.1.1.1") == "1.1.1.1")
        #expect(try self.address(range, peer: "192.0.2.127", "1.1.1.1") == "1.1.1.1")
        #expect(try self.address(range, peer: "192.0.2.63", "1.1.1.1") == "192.0.2.63")
        #expect(try self.address(range, peer: "192.0.2.128", "1.1.1.1") == "192.0.2.128")
        #expect(try self.address(["0.0.0.0/0"], peer: "192.0.2.128", "1.1.1.1") == "1.1.1.1")
    }

    @Test(arguments: ["", "localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129", "10.0.0/8", "1.2.3.4/8/8"])
    func whatIsNoRangeIsRefused(text: String) {
        #expect(throws: AddressRangeError.self) { try ClientAddressRule(trustedProxies: [text]) }
    }
}
