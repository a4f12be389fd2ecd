package import ChatCore

/// What every ``ChatStore`` must do, as rules that a test target runs one by one.
///
/// A store plugs in with one test:
///
/// ```swift
/// @Test(arguments: StoreContract.rules)
/// func keepsTheContract(_ rule: StoreContract.Rule) async throws { try await rule.check(opening: …) }
/// ```
package enum StoreContract {
    /// Opens the store of one test; opened again after a close, it has what it had. Each rule begins with an empty one.
    package typealias Opening = @Sendable () async throws -> any ChatStore

    package struct Rule: Sendable, CustomStringConvertible {
        package let description: String
        private let body: @Sendable (Opening) async throws -> Void

        /// A rule that reopens the store, or opens several.
        init(_ description: String, opening body: @escaping @Sendable (Opening) async throws -> Void) {
            self.description = description
            self.body = body
        }

        /// A rule on one open store; whatever the store has been through, its own check finds nothing after it.
        init(_ description: String, _ body: @escaping @Sendable (StoreScene) async throws -> Void) {
            self.init(
                description,
                opening: { open in
                    let scene = StoreScene(try await open())
                    do {
                        try await body(scene)
                        let report = try await scene.store.check()
                        try expect(report.isSound, "sound: \(report.lines.joined(separator: "; "))")
                    } catch {
                        await scene.store.close()
                        throw error
                    }
                    await scene.store.close()
                })
        }

        /// - Throws: ``ContractViolation``, or what the store threw.
        package func check(opening: Opening) async throws { try await self.body(opening) }
    }

    package static var rules: [Rule] {
        self.messageRules + self.idempotencyRules + self.editRules + self.reactionRules + self.pageRules
            + self.roomRules + self.memberRules + self.unreadRules + self.accountRules + self.deletionRules
            + self.purgeRules + self.directRules + self.searchRules + self.apiKeyRules + self.concurrencyRules
            + self.modelRules
    }
}

/// A rule that a store broke.
package struct ContractViolation: Error, CustomStringConvertible {
    let what: String
    let file: String
    let line: UInt

    package var description: String { "\(self.file):\(self.line): not so: \(self.what)" }
}

func expect(
    _ condition: Bool, _ what: @autoclosure () -> String, file: String = #fileID, line: UInt = #line
) throws {
    guard !condition else { return }
    throw ContractViolation(what: what(), file: file, line: line)
}

func expectEqual<Value: Equatable>(
    _ value: Value, _ expected: Value, _ what: String = "", file: String = #fileID, line: UInt = #line
) throws {
    try expect(value == expected, "\(what) is \(expected), but \(value)", file: file, line: line)
}

/// Unwraps, or reports what is missing.
func require<Value>(
    _ value: Value?, _ what: String, file: String = #fileID, line: UInt = #line
) throws -> Value {
    guard let value else { throw ContractViolation(what: "there is \(what)", file: file, line: line) }
    return value
}

/// Expects a refusal.
func expectRefusal<Value>(
    _ code: StoreError.Code, file: String = #fileID, line: UInt = #line, _ body: () async throws -> Value
) async throws {
    do {
        let value = try await body()
        throw ContractViolation(what: "refused with \(code), but: \(value)", file: file, line: line)
    } catch let error as StoreError {
        try expectEqual(error.code, code, "the refusal", file: file, line: line)
    }
}
