import ChatModel
package import NIOCore
import Synchronization

/// Appends drafts to the event logs: many at once, commit before broadcast, broadcast before acknowledgement.
package final class MessageLog: Sendable {
    /// Whoever waits for a draft.
    package enum Waiter: Sendable {
        /// A connection: fulfilled on its own loop, right after the events of the same batch were delivered there.
        case connection(EventLoopPromise<AppendOutcome>, loop: Int)
        /// A task.
        case task(@Sendable (Result<AppendOutcome, StoreError>) -> Void)
    }

    private struct Pending: Sendable {
        let entry: LogEntry
        /// nil for a user's log.
        let room: Room?
        let waiter: Waiter
    }

    private let store: any ChatStore
    private let hub: Hub
    private struct Waiting {
        var queue: AppendQueue<Pending>
        var gathering: GatherPolicy
    }

    private let waiting: Mutex<Waiting>
    private let longestWait: TimeAmount
    private let metrics: ServiceMetrics

    /// - Parameters:
    ///   - gatherMilliseconds: How long a commit may wait for others while messages of several people come steadily.
    ///   - depthLimit: Most entries that wait; more are refused.
    package init(
        store: any ChatStore, hub: Hub, metrics: ServiceMetrics, gatherMilliseconds: Int, depthLimit: Int = 65_536
    ) {
        self.store = store
        self.hub = hub
        self.metrics = metrics
        let gathering = GatherPolicy(milliseconds: gatherMilliseconds)
        self.longestWait = .nanoseconds(gathering.nanoseconds)
        self.waiting = Mutex(Waiting(queue: AppendQueue(depthLimit: depthLimit), gathering: gathering))
    }

    /// Entries that wait for the next batch.
    package var depth: Int { self.waiting.withLock { $0.queue.depth } }

    package var isIdle: Bool { self.waiting.withLock { $0.queue.isIdle } }

    /// Hands in a draft; returns at once. Drafts of one caller keep their order.
    package func append(_ draft: RoomDraft, to room: Room, for waiter: Waiter) {
        self.accept(Pending(entry: .room(draft), room: room, waiter: waiter))
    }

    package func append(_ draft: RoomDraft, to room: Room) async throws(StoreError) -> AppendOutcome {
        try await self.wait { self.append(draft, to: room, for: .task($0)) }
    }

    package func append(_ draft: UserDraft) async throws(StoreError) -> AppendOutcome {
        try await self.wait { self.accept(Pending(entry: .user(draft), room: nil, waiter: .task($0))) }
    }

    private func wait(
        _ begin: (@escaping @Sendable (Result<AppendOutcome, StoreError>) -> Void) -> Void
    ) async throws(StoreError) -> AppendOutcome {
        let result: Result<AppendOutcome, StoreError> = await withCheckedContinuation { continuation in
            begin { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    private func accept(_ pending: Pending) {
        let now = NIODeadline.now().uptimeNanoseconds
        let action = self.waiting.withLock { waiting in
            let company = waiting.gathering.arrived(from: pending.entry.source, at: now)
            return waiting.queue.accept(pending, company: company, enough: waiting.gathering.enough)
        }
        switch action {
        case .wait: break
        case .gather: self.storeWhenGathered()
        case .store: self.storeNextBatch()
        case .refuse: self.answer([(pending.waiter, .failure(StoreError(.unavailable, "the append queue is full")))])
        }
    }

    private func storeWhenGathered() {
        self.hub.shards[0].eventLoop.scheduleTask(in: self.longestWait) {
            if self.waiting.withLock({ $0.queue.gatheringEnded() }) { self.storeNextBatch() }
        }
    }

    private func storeNextBatch() {
        let batch = self.waiting.withLock { $0.queue.takeBatch() }
        guard !batch.isEmpty else { return }
        let began = ContinuousClock.now
        self.store.append(batch.map(\.entry)) { results in
            // On the store's own thread, once per batch.
            self.metrics.batchStored(entries: batch.count, took: ContinuousClock.now - began)
            self.publish(batch, results)
            self.waiting.withLock { $0.queue.batchFinished() }
            self.storeNextBatch()
        }
    }

    /// Commit has happened: tells the rooms, then the waiters.
    private func publish(_ batch: [Pending], _ results: [Result<AppendOutcome, StoreError>]) {
        var run: [RoomEvent] = []
        var runRoom: Room?
        func endRun() {
            if let room = runRoom, !run.isEmpty, let missing = room.publish(run, through: self.hub) {
                self.fetch(missing, of: room)
            }
            run = []
            runRoom = nil
        }
        for (pending, result) in zip(batch, results) {
            switch result {
            case .success(.room(let events)):
                if pending.room !== runRoom { endRun() }
                runRoom = pending.room
                run.append(contentsOf: events)
            case .success(.user(let event?)):
                self.hub.post(event)
            case .success(.user(nil)), .success(.duplicate), .failure:
                break
            }
        }
        endRun()
        self.answer(zip(batch, results).map { ($0.waiter, $1) })
    }

    /// Hands on events that were stored past this queue; those that the room has already change nothing.
    func publish(_ events: [RoomEvent], of room: Room) {
        guard !events.isEmpty, let missing = room.publish(events, through: self.hub) else { return }
        self.fetch(missing, of: room)
    }

    /// Reads what another process has appended in between, until the room has everything in order.
    private func fetch(_ range: ClosedRange<Seq>, of room: Room) {
        Task {
            var missing: ClosedRange<Seq>? = range
            while let range = missing {
                let events = try? await self.store.events(
                    in: room.identity.id, after: range.lowerBound - 1, through: range.upperBound, limit: range.count)
                missing = room.publishFetched(events, of: range, through: self.hub)
            }
        }
    }

    private func answer(_ answers: [(Waiter, Result<AppendOutcome, StoreError>)]) {
        var perLoop: [[(EventLoopPromise<AppendOutcome>, Result<AppendOutcome, StoreError>)]] =
            Array(repeating: [], count: self.hub.shards.count)
        for (waiter, result) in answers {
            switch waiter {
            case .connection(let promise, let loop): perLoop[loop].append((promise, result))
            case .task(let resume): resume(result)
            }
        }
        for (loop, answers) in perLoop.enumerated() where !answers.isEmpty {
            self.hub.shards[loop].post(.answers(answers))
        }
    }
}

extension LogEntry {
    /// Who is behind it.
    fileprivate var source: UserID {
        switch self {
        case .room(let draft): draft.actor.id
        case .user(let draft): draft.user
        }
    }
}
