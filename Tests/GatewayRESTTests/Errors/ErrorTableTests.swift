import ChatModel
import HTTPTypes
import HummingbirdCore
import Testing

@testable import GatewayREST

struct ErrorTableTests {
    @Test(arguments: ChatError.Code.allCases)
    func everyErrorOfTheCoreHasAStatusAndWords(code: ChatError.Code) {
        let (status, detail) = code.answer
        #expect((400..<600).contains(status.code))
        #expect(!detail.isEmpty)
        #expect(RESTError(ChatError(code)).code == code.rawValue)
    }

    @Test(arguments: [
        (ChatError.Code.usernameTaken, 409, "Username already exists."), (.noSuchUser, 404, "User not found"),
        (.noSuchRoom, 404, "Channel doesn't exist"), (.authInvalid, 401, "Invalid token"),
        (.authExpired, 401, "Invalid token"),
    ])
    func textsThatClientsCompareAreExact(code: ChatError.Code, status: Int, detail: String) {
        #expect(code.answer.status.code == status)
        #expect(code.answer.detail == detail)
    }

    @Test func whatIsForTheLogNeverReachesAClient() throws {
        let answer = RESTError(ChatError(.internal, detail: "disk /dev/sda1 is on fire")).response
        #expect(answer.status == .internalServerError)
        #expect(ChatError.Code.internal.answer.detail == "Internal Server Error")
    }

    @Test func everyRefusalOfATokenCarriesTheChallenge() {
        #expect(RESTError.notAuthenticated.headers[.wwwAuthenticate] == "Bearer")
        #expect(RESTError(ChatError(.authExpired)).headers[.wwwAuthenticate] == "Bearer")
        #expect(RESTError(authenticating: ChatError(.noSuchUser)).headers[.wwwAuthenticate] == "Bearer")
        #expect(RESTError(ChatError(.forbidden)).headers[.wwwAuthenticate] == nil)
    }

    @Test(arguments: [(Int64(1), "1"), (1000, "1"), (1001, "2"), (59_999, "60"), (0, "1")])
    func retryAfterIsInWholeSecondsRoundedUp(milliseconds: Int64, seconds: String) {
        let error = RESTError(ChatError(.rateLimited, retryAfterMilliseconds: milliseconds))
        #expect(error.headers[.retryAfter] == seconds)
        #expect(error.status == .tooManyRequests)
    }
}
