import ChatTesting
import Testing

/// SQLite keeps what every store promises.
@Suite struct SQLiteStoreContractTests {
    @Test(arguments: StoreContract.rules)
    func keepsTheContract(_ rule: StoreContract.Rule) async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        try await rule.check(opening: { try directory.openStore() })
    }
}
