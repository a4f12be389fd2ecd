/// Group commit: collects what waits to be stored and hands it out one batch at a time.
///
/// While a batch is under way the next one grows, so that the slower the disk is, the more one commit carries. A pure
/// value: it neither stores nor waits.
package struct AppendQueue<Entry: Sendable>: Sendable {
    package enum AcceptAction: Equatable, Sendable {
        /// Nothing is under way: call ``takeBatch()`` and store it.
        case store
        /// The batch under way takes it along when it is done.
        case wait
        /// Too much waits already: tell the sender to come back later.
        case refuse
    }

    private var waiting: [Entry] = []
    private var isStoring = false
    private let batchLimit: Int
    private let depthLimit: Int

    /// - Parameters:
    ///   - batchLimit: most entries of one batch.
    ///   - depthLimit: most entries that wait; more are refused.
    package init(batchLimit: Int = 512, depthLimit: Int = 65_536) {
        self.batchLimit = batchLimit
        self.depthLimit = depthLimit
    }

    /// Entries that wait for the next batch.
    package var depth: Int { self.waiting.count }

    /// Whether nothing waits and nothing is under way.
    package var isIdle: Bool { !self.isStoring && self.waiting.isEmpty }

    package mutating func accept(_ entry: Entry) -> AcceptAction {
        guard self.waiting.count < self.depthLimit else { return .refuse }
        self.waiting.append(entry)
        return self.isStoring ? .wait : .store
    }

    /// The next batch, in order of arrival; empty when one is under way already or nothing waits.
    package mutating func takeBatch() -> [Entry] {
        guard !self.isStoring, !self.waiting.isEmpty else { return [] }
        self.isStoring = true
        guard self.waiting.count > self.batchLimit else {
            defer { self.waiting = [] }
            return self.waiting
        }
        defer { self.waiting.removeFirst(self.batchLimit) }
        return Array(self.waiting.prefix(self.batchLimit))
    }

    /// The batch under way was stored or has failed.
    package mutating func batchFinished() {
        self.isStoring = false
    }
}
