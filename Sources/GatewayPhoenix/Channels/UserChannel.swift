import ChatCore
import ChatModel
import NIOCore
import WireJSON

/// `user:public`, `user:role` and `user:<id>`: Epochtalk's signals (phoenix-channels.md §4), and on a user's own topic
/// what concerns him and no room.
///
/// As on Epochtalk's server an event that is not known, or not what it should be, ends the channel by a fault.
final class UserChannel: Channel {
    private var listener: SignalListener?

    private var signals: SignalTopic {
        switch self.topic {
        case .roles: .roles
        case .user(let user): .user(user)
        case .everybody, .room, .realtime, .relay: .everybody
        }
    }

    override var needsUser: Bool { self.topic != .everybody }

    override func join(_ params: PayloadReader, _ completion: @escaping (JoinOutcome) -> Void) {
        do throws(ChatError) {
            try self.listen()
            completion(.accepted())
        } catch {
            guard error.code == .forbidden else { return completion(.refused(error)) }
            completion(.refused("unauthorized, cannot join '\(self.instance.topic)' channel"))
        }
    }

    private func listen() throws(ChatError) {
        // What is told to a user goes to his id as it is written: one that only looks like it would hear nothing.
        if case .user(let user) = self.topic, let own = self.socket.account?.profile.id,
            !user.value.utf8.elementsEqual(own.value.utf8)
        {
            throw ChatError(.forbidden)
        }
        self.listener = try self.service.listen(
            to: self.signals, for: self, as: self.socket.session, on: self.socket.eventLoop)
    }

    override func left() {
        if let listener = self.listener { self.service.stopListening(listener) }
        self.listener = nil
        super.left()
    }

    override func standingChanged() {
        do throws(ChatError) {
            try self.listen()
        } catch {
            self.socket.endChannel(self, .closed)
        }
    }

    override func handle(_ request: ChannelRequest) {
        guard let payload = try? PayloadReader(request.payload) else { return request.crash() }
        if request.event == "is_online" { return self.isOnline(payload, request) }
        guard case .user = self.topic, let session = self.socket.account else { return request.crash() }
        if request.event == OwnRooms.event { return OwnRooms.list(payload, as: session, request) }
        guard let act = UserAct(rawValue: request.event) else { return request.crash() }
        act.perform(payload, as: session, request)
    }

    /// The id goes back as it came, type included; for looking up a number is as good as its digits.
    private func isOnline(_ payload: PayloadReader, _ request: ChannelRequest) {
        guard let id = payload.value("user_id") else { return request.crash() }
        let isOnline = id.userID.map { self.service.isOnline($0) } ?? false
        request.reply { writer in
            writer.object { writer in
                writer.member("id", id)
                writer.member("online", isOnline)
            }
        }
    }
}

extension JSONValue {
    /// The user whom a string or a whole number names.
    var userID: UserID? {
        switch self {
        case .string(let text): text.isEmpty ? nil : UserID(canonical: text.lowercased())
        case .integer(let number): UserID(canonical: String(number))
        case .null, .bool, .number, .array, .object: nil
        }
    }
}
