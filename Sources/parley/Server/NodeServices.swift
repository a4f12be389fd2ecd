import ChatCore
import ChatModel
import GatewayREST
import Logging
import ServiceLifecycle
import StoreSQLite
import UnixSignals

// The services of a node besides its transport. A graceful shutdown stops them in the reverse of the order in which
// they are listed: first what takes new work, last the store.

/// Closes the store, after everything else has ended.
struct StoreService: Service {
    let store: SQLiteStore

    func run() async throws {
        // Cancelled or asked to stop: the store is closed in either case.
        try? await gracefulShutdown()
        await self.store.close()
    }
}

/// When the node stops: says that it is not ready, refuses new commands, and waits until what was accepted is stored
/// and acknowledged.
struct CoreService: Service {
    let service: ChatService
    let state: NodeState

    func run() async throws {
        try await gracefulShutdown()
        self.state.phase = .stopping
        await self.service.shutdown()
    }
}

/// Sweeps the memory each minute and purges the store each hour.
struct HousekeepingService: Service {
    /// The first purge comes soon, so that a node that is restarted often has one at all.
    private static let firstPurgeMinute = 5

    let service: ChatService
    let logger: Logger

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var minutes = 0
            while true {
                try await Task.sleep(for: .seconds(60))
                minutes += 1
                await self.service.sweep()
                if minutes % 60 == Self.firstPurgeMinute { await self.purge() }
            }
        }
    }

    private func purge() async {
        do throws(ChatError) {
            try await self.service.purge()
        } catch {
            self.logger.error(
                "The store could not be purged", metadata: ["error": "\(error.detail ?? error.code.rawValue)"])
        }
    }
}

/// On `SIGHUP`, reads the configuration again and brings into force what can change while running.
struct ReloadService: Service {
    let reload: ConfigurationReload

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals.cancelOnGracefulShutdown() { self.reload.perform() }
    }
}
