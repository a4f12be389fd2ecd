package import ChatModel
package import NIOCore
import Synchronization

/// A connection of nobody in particular (yet). It counts against its address and may hear what is for everybody.
package struct Visit: Sendable {
    let address: ClientAddress
}

extension ChatService {
    // MARK: Connections without a user

    /// Counts in a connection of nobody.
    ///
    /// - Throws: ``ChatError/Code/tooManyConnections``, ``ChatError/Code/unavailable`` while draining.
    package func visit(from address: ClientAddress) throws(ChatError) -> Visit {
        guard !self.isDraining else { throw ChatError(.unavailable) }
        try self.users.addVisit(from: address, perAddress: self.limits.connectionsPerAddress)
        return Visit(address: address)
    }

    /// To be called once for each ``visit(from:)``.
    package func end(_ visit: Visit) { self.users.removeVisit(from: visit.address) }

    // MARK: Listening

    /// On `eventLoop`: lets a listener hear signals of a kind. What is for everybody is for anybody, what is about
    /// roles for accounts, and what is for a user for him alone.
    ///
    /// An account that listens to what is for everybody is shown as connected to all who do, if it is not anyway.
    ///
    /// - Parameter session: Whose connection it is; nil for nobody's.
    /// - Throws: ``ChatError/Code/forbidden``, ``ChatError/Code/rateLimited``.
    package func listen(
        to topic: SignalTopic, for sink: any EventSink, as session: ClientSession?, on eventLoop: any EventLoop
    ) throws(ChatError) -> SignalListener {
        guard !self.isDraining, let shard = self.hub.shard(of: eventLoop) else { throw ChatError(.unavailable) }
        let account = session.flatMap { $0.profile.isGuest ? nil : $0 }
        switch topic {
        case .everybody: break
        case .roles: guard account != nil else { throw ChatError(.forbidden) }
        case .user(let user): guard account?.profile.id == user else { throw ChatError(.forbidden) }
        }
        // A connection that shows its user by itself does not show him twice.
        let shown = topic == .everybody && account?.attendance == nil ? account : nil
        // Coming is told to everybody: not oftener than one joins rooms.
        try shown?.rates.countJoin(now: self.clock.now())
        let listener = SignalListener(topic: topic, sink: sink, session: account, shard: shard)
        shard.listen(listener)
        if let account = shown {
            account.appear()
            listener.attendance = self.attend(account.profile)
        }
        return listener
    }

    /// On the listener's loop. To be called once.
    package func stopListening(_ listener: SignalListener) {
        listener.shard.stopListening(listener)
        guard let attendance = listener.attendance else { return }
        listener.session?.disappear()
        self.endAttendance(attendance)
    }

    // MARK: Who is connected

    func attend(_ profile: UserProfile) -> Attendance {
        let meta = PresenceMeta(id: self.newPresence(), since: self.clock.now())
        let count = self.attendants.wrappingAdd(1, ordering: .relaxed).newValue
        let attendance = Attendance(profile: profile, meta: meta, isAnnounced: count <= self.limits.presenceDetail)
        if attendance.isAnnounced {
            self.hub.post(attendance: .arrived(PresenceArrival(profile: profile, meta: meta)))
        }
        return attendance
    }

    func endAttendance(_ attendance: Attendance) {
        self.attendants.wrappingSubtract(1, ordering: .relaxed)
        guard attendance.isAnnounced else { return }
        let departure = PresenceDeparture(profile: attendance.profile, metas: [attendance.meta])
        self.hub.post(attendance: .departed(departure))
    }

    /// Whether a user is connected and shows it. Unknown names are not.
    package func isOnline(_ user: UserID) -> Bool { self.users.isOnline(user) }

    // MARK: Telling

    /// Tells all who listen. The caller has the right to; for host applications that is ``APIKeyService``'s business.
    package func signal(_ signal: Signal, to topic: SignalTopic) { self.hub.post(signal, to: topic) }

    /// The user's roles or rights have changed: he fetches them anew, and so do those whom a role concerns.
    func rolesChanged(of user: UserID, gained: [String], lost: [String]) {
        guard !gained.isEmpty || !lost.isEmpty else { return }
        self.hub.post(.reauthenticate, to: .user(user))
        for role in gained + lost { self.hub.post(.permissionsChanged(role), to: .roles) }
    }
}
