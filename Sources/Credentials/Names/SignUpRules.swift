/// What a name and a password must be for someone to sign himself up; operators are not bound by it.
///
/// Lengths are counted in characters as people see them. A name that is legal but reserved for guests is no violation
/// (see ``Username/isReservedGuestForm``): that is a conflict, as a taken name is.
package struct SignUpRules: Sendable {
    package enum Field: String, Sendable {
        case username, password
    }

    /// The limit that a length missed, for a machine-readable answer.
    package enum Bound: Hashable, Sendable {
        case minLength(Int)
        case maxLength(Int)
    }

    package struct Violation: Hashable, Sendable {
        package let field: Field
        /// A stable word: `string_too_short`, `string_too_long` or `value_error`.
        package let type: String
        /// A sentence for the person signing up; never contains what was typed.
        package let message: String
        package let bound: Bound?
    }

    package struct Result: Sendable {
        /// The trimmed name; nil when it cannot be a username at all or its length is out of bounds.
        package let username: Username?
        /// Empty when both fields are acceptable; the username's come first.
        package let violations: [Violation]
    }

    package let usernameLength: ClosedRange<Int>
    package let passwordLength: ClosedRange<Int>

    package init(usernameLength: ClosedRange<Int> = 3...30, passwordLength: ClosedRange<Int> = 8...128) {
        self.usernameLength = usernameLength
        self.passwordLength = passwordLength
    }

    /// Checks both fields and reports everything that is wrong with them, not only the first thing.
    package func check(username typed: String, password: String) -> Result {
        let trimmed = Self.trimmed(typed)
        var violations: [Violation] = []
        var username: Username?
        if let violation = Self.violation(ofLength: trimmed.count, in: self.usernameLength, field: .username) {
            violations.append(violation)
        } else {
            do throws(UsernameError) {
                username = try Username(trimmed)
            } catch {
                violations.append(Self.violation(.username, error.reason))
            }
        }
        violations += self.violations(ofPassword: password)
        return Result(username: username, violations: violations)
    }

    /// Checks a new password alone.
    package func violations(ofPassword password: String) -> [Violation] {
        if let violation = Self.violation(ofLength: password.count, in: self.passwordLength, field: .password) {
            return [violation]
        }
        var violations: [Violation] = []
        if !password.contains(where: \.isUppercase) {
            violations.append(Self.violation(.password, "Password must contain at least one uppercase letter"))
        }
        if !password.contains(where: \.isLowercase) {
            violations.append(Self.violation(.password, "Password must contain at least one lowercase letter"))
        }
        if !password.contains(where: \.isWholeNumber) {
            violations.append(Self.violation(.password, "Password must contain at least one digit"))
        }
        do throws(PasswordError) {
            _ = try PreparedPassword(password)
        } catch {
            violations.append(Self.violation(.password, error.reason))
        }
        return violations
    }

    private static func trimmed(_ text: String) -> String {
        guard let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(text[first...last])
    }

    private static func violation(_ field: Field, _ message: String) -> Violation {
        Violation(field: field, type: "value_error", message: "Value error, " + message, bound: nil)
    }

    private static func violation(ofLength length: Int, in range: ClosedRange<Int>, field: Field) -> Violation? {
        if length < range.lowerBound {
            let message = "String should have at least \(Self.characters(range.lowerBound))"
            let bound = Bound.minLength(range.lowerBound)
            return Violation(field: field, type: "string_too_short", message: message, bound: bound)
        }
        if length > range.upperBound {
            let message = "String should have at most \(Self.characters(range.upperBound))"
            let bound = Bound.maxLength(range.upperBound)
            return Violation(field: field, type: "string_too_long", message: message, bound: bound)
        }
        return nil
    }

    private static func characters(_ count: Int) -> String {
        count == 1 ? "1 character" : "\(count) characters"
    }
}
