/// Group commit: collects what waits to be stored and hands it out one batch at a time.
///
/// While a batch is under way the next one grows, so that the slower the disk is, the more one commit carries. A pure
/// value: it neither stores nor waits.
package struct AppendQueue<Entry: Sendable>: Sendable {
    package enum AcceptAction: Equatable, Sendable {
        /// Nothing is under way: call ``takeBatch()`` and store it.
        case store
        /// Nothing is under way, but company is expected: call ``gatheringEnded()`` when the wait is over.
        case gather
        /// The batch under way takes it along when it is done.
        case wait
        /// Too much waits already: tell the sender to come back later.
        case refuse
    }

    private enum State {
        /// → gathering, storing
        case idle
        /// Something waits, and nothing is under way on purpose. → idle, storing
        case gathering
        /// → idle
        case storing
    }

    private var waiting: [Entry] = []
    private var state = State.idle
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
    package var isIdle: Bool { self.state != .storing && self.waiting.isEmpty }

    /// - Parameters:
    ///   - company: Whether more can be expected so soon that the entry had better wait for it.
    ///   - enough: How many entries need no more company.
    package mutating func accept(_ entry: Entry, company: Bool = false, enough: Int = 8) -> AcceptAction {
        guard self.waiting.count < self.depthLimit else { return .refuse }
        self.waiting.append(entry)
        switch self.state {
        case .storing: return .wait
        case .idle:
            guard company, self.waiting.count < enough else { return .store }
            self.state = .gathering
            return .gather
        case .gathering:
            guard self.waiting.count >= enough else { return .wait }
            self.state = .idle
            return .store
        }
    }

    /// The wait for company is over. True when a batch is to be taken; false when that has happened already.
    package mutating func gatheringEnded() -> Bool {
        guard self.state == .gathering else { return false }
        self.state = .idle
        return true
    }

    /// The next batch, in order of arrival; empty when one is under way already or nothing waits.
    package mutating func takeBatch() -> [Entry] {
        guard self.state != .storing, !self.waiting.isEmpty else { return [] }
        self.state = .storing
        guard self.waiting.count > self.batchLimit else {
            defer { self.waiting = [] }
            return self.waiting
        }
        defer { self.waiting.removeFirst(self.batchLimit) }
        return Array(self.waiting.prefix(self.batchLimit))
    }

    /// The batch under way was stored or has failed.
    package mutating func batchFinished() {
        self.state = .idle
    }
}
