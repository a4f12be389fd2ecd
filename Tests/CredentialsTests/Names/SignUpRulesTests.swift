import Testing

@testable import Credentials

@Suite struct SignUpRulesTests {
    private let rules = SignUpRules()

    @Test func goodNameAndPasswordPassAndSpacesAroundTheNameAreTrimmed() {
        let result = self.rules.check(username: "  Alice \n", password: "Correct1Horse")
        #expect(result.violations.isEmpty)
        #expect(result.username?.asTyped == "Alice")
    }

    @Test(arguments: [
        ("al", "string_too_short", SignUpRules.Bound.minLength(3)),
        ("   a   ", "string_too_short", .minLength(3)),
        (String(repeating: "a", count: 31), "string_too_long", .maxLength(30)),
    ])
    func lengthOfTheNameIsBounded(name: String, type: String, bound: SignUpRules.Bound) throws {
        let result = self.rules.check(username: name, password: "Correct1Horse")
        let violation = try #require(result.violations.first)
        #expect(result.violations.count == 1 && result.username == nil)
        #expect(violation.field == .username && violation.type == type && violation.bound == bound)
    }

    @Test func illegalNameIsAViolationWithItsReason() {
        let result = self.rules.check(username: "al ice", password: "Correct1Horse")
        #expect(result.violations.map(\.type) == ["value_error"])
        #expect(result.violations.first?.message == "Value error, A username cannot contain the character U+0020.")
    }

    @Test func reservedGuestNameIsAConflictNotAViolation() {
        let result = self.rules.check(username: "Guest0001", password: "Correct1Horse")
        #expect(result.violations.isEmpty && result.username?.isReservedGuestForm == true)
    }

    @Test(arguments: [
        ("Short1a", 1), (String(repeating: "Aa1", count: 43), 1), ("alllower1", 1), ("ALLUPPER1", 1),
        ("NoDigitsHere", 1),
        ("........", 3), ("Aa1\u{0}Aa1Aa1", 1), ("Aa345678", 0), (String(repeating: "Aa1x", count: 32), 0),
        ("Änderung٣", 0),
    ])
    func passwordNeedsLengthBothCasesAndADigit(password: String, violations: Int) {
        let found = self.rules.violations(ofPassword: password)
        #expect(found.count == violations)
        #expect(found.allSatisfy { $0.field == .password && !$0.message.contains(password) })
    }

    @Test func bothFieldsAreReportedTogether() {
        let fields = self.rules.check(username: "", password: "short").violations.map(\.field)
        #expect(fields == [.username, .password])
    }

    @Test func boundsAreSettings() {
        let rules = SignUpRules(usernameLength: 1...2, passwordLength: 3...4)
        #expect(rules.check(username: "x", password: "aA1").violations.isEmpty)
        let messages = rules.check(username: "", password: "aA123").violations.map(\.message)
        #expect(messages == ["String should have at least 1 character", "String should have at most 4 characters"])
    }
}
