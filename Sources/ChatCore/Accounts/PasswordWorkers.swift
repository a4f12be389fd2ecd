import ChatModel
import NIOPosix
import Synchronization

/// Where passwords are hashed: a few threads of their own and a bounded queue, so that a storm of log-ins neither
/// holds up an event loop nor piles up without end.
final class PasswordWorkers: Sendable {
    private let pool = NIOThreadPool(numberOfThreads: 2)
    private let waiting = Mutex(0)
    private let limit: Int

    init(limit: Int = 256) {
        self.limit = limit
        self.pool.start()
    }

    deinit { self.pool.shutdownGracefully { _ in } }

    /// Runs blocking work. Throws ``ChatError/Code/rateLimited`` when too much waits already.
    func run<Result: Sendable>(
        _ work: @escaping @Sendable () throws(ChatError) -> Result
    ) async throws(ChatError) -> Result {
        let isAdmitted = self.waiting.withLock { waiting in
            guard waiting < self.limit else { return false }
            waiting += 1
            return true
        }
        guard isAdmitted else { throw ChatError(.rateLimited, retryAfterMilliseconds: 1000) }
        defer { self.waiting.withLock { $0 -= 1 } }
        do {
            return try await self.pool.runIfActive { try work() }
        } catch let error as ChatError {
            throw error
        } catch {
            throw ChatError(.unavailable, detail: "\(error)")
        }
    }
}
