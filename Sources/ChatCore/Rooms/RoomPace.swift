package import ChatModel

/// When each user last spoke and typed in a room: slow mode and the pace of typing notices.
package struct RoomPace: Sendable {
    private struct Message: Sendable {
        let at: Timestamp
        let clientID: ClientID?
    }

    private struct Typing: Sendable {
        var at: Timestamp
        var isTyping: Bool
    }

    private var lastMessage: [UserID: Message] = [:]
    private var lastTyping: [UserID: Typing] = [:]

    package init() {}

    /// Notes a message, or says how many milliseconds are left until the user may speak again.
    ///
    /// The retry of the message that took the slot passes: the store will recognise it.
    package mutating func speak(
        _ user: UserID, clientID: ClientID? = nil, slowModeSeconds: Int32, now: Timestamp
    ) -> Int64? {
        guard slowModeSeconds > 0 else {
            if !self.lastMessage.isEmpty { self.lastMessage = [:] }
            return nil
        }
        let interval = Int64(slowModeSeconds) * 1000
        if let last = self.lastMessage[user], now.milliseconds - last.at.milliseconds < interval {
            if let clientID, clientID == last.clientID { return nil }
            return interval - (now.milliseconds - last.at.milliseconds)
        }
        self.lastMessage[user] = Message(at: now, clientID: clientID)
        return nil
    }

    /// Whether a typing notice may go out; one that may is noted.
    package mutating func type(_ user: UserID, isTyping: Bool, intervalSeconds: Double, now: Timestamp) -> Bool {
        guard intervalSeconds > 0 else { return true }
        guard isTyping else {
            // 'Stopped' is told once for each 'typing', and does not make room for another one.
            let wasTyping = self.lastTyping[user]?.isTyping ?? false
            self.lastTyping[user]?.isTyping = false
            return wasTyping
        }
        if let last = self.lastTyping[user], Double(now.milliseconds - last.at.milliseconds) < intervalSeconds * 1000 {
            return false
        }
        self.lastTyping[user] = Typing(at: now, isTyping: true)
        return true
    }

    package mutating func forget(_ user: UserID) {
        self.lastTyping[user] = nil
    }
}
