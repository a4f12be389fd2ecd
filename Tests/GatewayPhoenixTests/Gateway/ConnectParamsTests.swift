import Testing

@testable import GatewayPhoenix

struct ConnectParamsTests {
    @Test func withoutTokenOneIsNobody() {
        let params = ConnectParams(query: "vsn=2.0.0")
        #expect(params?.version == .v2)
        #expect(params != nil)
        #expect(params?.token == nil)
    }

    @Test func anEmptyTokenIsAToken() {
        #expect(ConnectParams(query: "token=&vsn=2.0.0")?.token == "")
    }

    @Test(arguments: ["vsn=3.0.0", "vsn=2", "vsn=", "vsn[]=2.0.0", "token=%zz"])
    func whatIsNotSpokenIsRefused(query: String) {
        #expect(ConnectParams(query: query) == nil)
    }

    @Test func theTokenOfTheSubprotocolIsUsed() {
        // "a?>b" has a '/' and a '+' nowhere, but "~~?" does: fn4/
        let params = ConnectParams(query: "vsn=2.0.0&token=other", offered: ["phoenix", "base64url.bearer.phx.fn4/"])
        #expect(params?.token == "~~?")
    }

    @Test func aSubprotocolThatIsNoTokenIsRefused() {
        #expect(ConnectParams(query: "vsn=2.0.0", offered: ["phoenix", "base64url.bearer.phx.!"]) == nil)
    }

    @Test func otherSubprotocolsMeanNothing() {
        let params = ConnectParams(query: "vsn=2.0.0", offered: ["soap"])
        #expect(params != nil)
        #expect(params?.token == nil)
    }

    @Test func anAPIKeyIsATokenWhenItLooksLikeOne() {
        #expect(ConnectParams(query: "api_key=a.b.c&vsn=2.0.0")?.token == "a.b.c")
        #expect(ConnectParams(query: "apikey=a.b.c&vsn=1.0.0")?.token == "a.b.c")
        #expect(ConnectParams(query: "api_key=secret&vsn=2.0.0")?.token == nil)
        #expect(ConnectParams(query: "api_key=a.b.c&token=t&vsn=2.0.0")?.token == "t")
    }

    @Test func whoSendsAnAPIKeyNeedsHisJoinRefs() {
        #expect(ConnectParams(query: "api_key=x&vsn=2.0.0")?.wantsJoinRefs == true)
        #expect(ConnectParams(query: "apikey=x&vsn=2.0.0")?.wantsJoinRefs == false)
    }
}
