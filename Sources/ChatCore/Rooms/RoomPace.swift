package import ChatModel

/// When each user last spoke and typed in a room: slow mode and the pace of typing notices.
package struct RoomPace: Sendable {
    private var lastMessage: [UserID: Timestamp] = [:]
    private var lastTyping: [UserID: Timestamp] = [:]

    package init() {}

    /// Notes a message, or says how many milliseconds are left until the user may speak again.
    package mutating func speak(_ user: UserID, slowModeSeconds: Int32, now: Timestamp) -> Int64? {
        guard slowModeSeconds > 0 else {
            if !self.lastMessage.isEmpty { self.lastMessage = [:] }
            return nil
        }
        let interval = Int64(slowModeSeconds) * 1000
        if let last = self.lastMessage[user], now.milliseconds - last.milliseconds < interval {
            return interval - (now.milliseconds - last.milliseconds)
        }
        self.lastMessage[user] = now
        return nil
    }

    /// Whether a typing notice may go out; one that may is noted.
    package mutating func type(_ user: UserID, isTyping: Bool, intervalSeconds: Double, now: Timestamp) -> Bool {
        guard isTyping else { return self.lastTyping.removeValue(forKey: user) != nil || intervalSeconds <= 0 }
        guard intervalSeconds > 0 else { return true }
        if let last = self.lastTyping[user], Double(now.milliseconds - last.milliseconds) < intervalSeconds * 1000 {
            return false
        }
        self.lastTyping[user] = now
        return true
    }

    package mutating func forget(_ user: UserID) {
        self.lastTyping[user] = nil
    }
}
