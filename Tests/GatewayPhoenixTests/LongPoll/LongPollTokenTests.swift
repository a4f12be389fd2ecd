import Testing

@testable import GatewayPhoenix

struct LongPollTokenTests {
    @Test func theTextOfATokenNamesIt() throws {
        let token = LongPollToken.random()
        #expect(token.text.count == 32)
        #expect(LongPollToken(token.text) == token)
        #expect(
            try #require(LongPollToken("000123456789abcdeffedcba98765432")).text == "000123456789abcdeffedcba98765432")
    }

    @Test func noTwoAreAlike() {
        #expect(Set((0..<1000).map { _ in LongPollToken.random() }).count == 1000)
    }

    @Test(arguments: [
        "", "0", "000123456789ABCDEFFEDCBA98765432", "000123456789abcdeffedcba9876543",
        "g00123456789abcdeffedcba98765432",
        "000123456789abcdeffedcba987654321", "éé0123456789abcdeffedcba987654",
    ])
    func nothingElseIsAToken(text: String) {
        #expect(LongPollToken(text) == nil)
    }
}

/// phoenix-channels.md §1.10.
struct LongPollQueryTests {
    private let session = "000123456789abcdeffedcba98765432"
    private let access = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"

    @Test func aSessionsTokenIsToldFromTheApps() {
        #expect(LongPollQuery("vsn=2.0.0") == LongPollQuery("vsn=2.0.0&"))
        #expect(LongPollQuery("vsn=2.0.0").sessionToken == nil)
        let both = LongPollQuery("token=\(self.access)&vsn=2.0.0&token=\(self.session)")
        #expect(both.sessionToken == self.session)
        #expect(both.connectParams == "token=\(self.access)&vsn=2.0.0")
        let app = LongPollQuery("token=\(self.access)&vsn=2.0.0")
        #expect(app.sessionToken == nil)
        #expect(app.connectParams == "token=\(self.access)&vsn=2.0.0")
    }

    @Test func theLastOfSeveralSessionsCounts() {
        let query = LongPollQuery("token=session-of-another&vsn=2.0.0&token=\(self.session)")
        #expect(query.sessionToken == self.session)
        #expect(query.connectParams == "vsn=2.0.0")
    }

    @Test(arguments: [
        "token=", "token=x", "token=a.b.c", "token", "token=null", "Token=000123456789abcdeffedcba98765432",
    ])
    func whatNoServerMadeIsForTheApp(query: String) {
        #expect(LongPollQuery(query).sessionToken == nil)
        #expect(LongPollQuery(query).connectParams == query)
    }
}
