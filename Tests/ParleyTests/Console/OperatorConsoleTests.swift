import Foundation
import Testing

@testable import parley

struct OperatorConsoleTests {
    /// The configuration of a data directory that is not there.
    private func absent(named: Bool) -> LoadedConfiguration {
        var loaded = LoadedConfiguration()
        loaded.values.data = NSTemporaryDirectory() + "parley-absent-\(UUID().uuidString)"
        if named { loaded.given = ["data"] }
        return loaded
    }

    @Test(arguments: [false, true])
    func aCommandMakesNoStore(named: Bool) {
        let loaded = self.absent(named: named)
        let failure = #expect(throws: CommandFailure.self) {
            try OperatorConsole.requireStore(loaded, mayCreate: false)
        }
        #expect(failure?.status == .failure)
        #expect(failure?.message.contains("there is no store in \(loaded.values.data)") == true)
    }

    @Test func theFirstAccountMayMakeOneWhereItWasTold() throws {
        try OperatorConsole.requireStore(self.absent(named: true), mayCreate: true)
        #expect(throws: CommandFailure.self) {
            try OperatorConsole.requireStore(self.absent(named: false), mayCreate: true)
        }
    }
}
