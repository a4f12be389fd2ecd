import Logging
import Synchronization

/// The level below which nothing is logged; changed while running by a reload.
final class LogControl: Sendable {
    private let current: Mutex<Logger.Level>

    init(level: Logger.Level) { self.current = Mutex(level) }

    var level: Logger.Level {
        get { self.current.withLock { $0 } }
        set { self.current.withLock { $0 = newValue } }
    }
}
