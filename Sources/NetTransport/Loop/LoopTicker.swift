package import NIOCore

/// Something that wants to know that time passes. A member of one ``LoopTicker`` at a time.
package protocol LoopTicking: AnyObject {
    /// Kept by the ticker; -1 while not a member.
    var tickerSlot: Int { get set }

    func tick(_ now: NIODeadline)
}

/// One timer for all connections of an event loop: a scheduled task each would cost more memory than their parsers.
///
/// Members come and go at any time, also during a pass: who leaves is not called any more, who joins is called from
/// the next pass on. Used on its loop only.
package final class LoopTicker {
    /// The time between two passes.
    package static let interval = TimeAmount.seconds(1)

    private let eventLoop: any EventLoop
    private var members: [(any LoopTicking)?] = []
    private var vacant = 0
    private var isInPass = false
    private var timer: RepeatedTask?
    /// Called at the end of each pass.
    var passCompleted: (() -> Void)?

    package init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    package var count: Int { members.count - vacant }

    package func add(_ member: any LoopTicking) {
        guard member.tickerSlot < 0 else { return }
        member.tickerSlot = members.count
        members.append(member)
        startIfNeeded()
    }

    package func remove(_ member: any LoopTicking) {
        let slot = member.tickerSlot
        guard members.indices.contains(slot), members[slot] === member else { return }
        member.tickerSlot = -1
        members[slot] = nil
        vacant += 1
        if !isInPass { fillVacancy(at: slot) }
    }

    /// Calls every member that was one when the pass began and still is when its turn comes.
    package func pass(_ now: NIODeadline) {
        forEach { $0.tick(now) }
        passCompleted?()
        if count == 0 { stop() }
    }

    /// Calls `body` for every member; members may leave or join meanwhile.
    package func forEach(_ body: (any LoopTicking) -> Void) {
        guard !isInPass else { return }
        isInPass = true
        // By index: the array may be changed by those who are called.
        let end = members.count
        for index in 0..<end {
            if let member = members[index] { body(member) }
        }
        isInPass = false
        if vacant > 0 { compact() }
    }

    private func startIfNeeded() {
        guard timer == nil else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        timer = eventLoop.scheduleRepeatedTask(initialDelay: Self.interval, delay: Self.interval) { _ in
            bound.value.pass(.now())
        }
    }

    private func stop() {
        timer?.cancel()
        timer = nil
    }

    /// Moves the last member into the free place, so that leaving costs the same however many there are.
    private func fillVacancy(at slot: Int) {
        if slot != members.count - 1, let last = members[members.count - 1] {
            members[slot] = last
            last.tickerSlot = slot
        }
        members.removeLast()
        vacant -= 1
    }

    private func compact() {
        members.removeAll { $0 == nil }
        vacant = 0
        for (slot, member) in members.enumerated() { member?.tickerSlot = slot }
    }
}
