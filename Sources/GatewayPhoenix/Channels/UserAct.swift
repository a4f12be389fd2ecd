import ChatCore
import ChatModel
import NIOCore
import WireJSON

/// What a user asks of the core by a command on his own topic.
enum UserAct: String, CaseIterable {
    /// Rooms to be found.
    case rooms
    case createRoom = "create_room"
    case directOpen = "direct_open"
    case presence
    case updateProfile = "update_profile"

    func perform(_ payload: PayloadReader, as session: ClientSession, _ request: ChannelRequest) {
        let command: Command
        do throws(PayloadError) {
            command = try self.command(payload)
        } catch {
            return request.refuse(error)
        }
        let service = request.channel.service
        service.execute(command, as: session).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let reply): request.reply { $0.userReply(reply) }
            case .failure(let error): request.refuse(ChatError(any: error))
            }
        }
    }

    private func command(_ payload: PayloadReader) throws(PayloadError) -> Command {
        switch self {
        case .rooms:
            var query = RoomQuery(text: try payload.optionalString("query") ?? "")
            query.after = try payload.optionalInteger("after").flatMap(RoomNumber.init)
            query.limit = try payload.limit(most: 100)
            return .rooms(query)
        case .createRoom:
            var room = NewRoom(id: try payload.optionalString("id").map { RoomID($0) })
            room.kind = try payload.optionalChoice("kind") ?? .group
            room.settings = RoomSettings(
                alias: try payload.optionalString("alias"), title: try payload.optionalString("title") ?? "",
                topic: try payload.optionalString("topic") ?? "",
                access: try payload.optionalChoice("access") ?? .isPublic)
            return .createRoom(room)
        case .directOpen:
            return .openDirect(try payload.target("user"))
        case .presence:
            return .presence(try payload.optionalStrings("users", most: 100) ?? [])
        case .updateProfile:
            return .updateProfile(displayName: try payload.string("display_name"))
        }
    }
}

extension PayloadReader {
    /// A user by his id; a name that was typed with capitals is as good.
    func target(_ key: String) throws(PayloadError) -> Target {
        .id(try self.required(key, expected: "a user's id") { $0.userID })
    }
}

extension JSONWriter {
    mutating func rooms(_ rooms: some Sequence<RoomInfo>, next: RoomNumber?) {
        self.array("rooms", rooms) { writer, info in writer.object { $0.roomMembers(info) } }
        self.nullable("next", next.map { Int64($0.value) })
    }

    fileprivate mutating func userReply(_ reply: Reply) {
        self.object { writer in
            switch reply {
            case .rooms(let rooms, let next):
                writer.rooms(rooms, next: next)
            case .room(let info):
                writer.object("room") { $0.roomMembers(info) }
            case .direct(let info, let isNew):
                writer.object("room") { $0.roomMembers(info) }
                writer.member("new", isNew)
            case .presence(let users):
                writer.array("users", users) { writer, user in
                    writer.object { writer in
                        writer.member("user", user.username)
                        writer.member("online", user.isOnline)
                        if let seen = user.lastSeenAt { writer.member("last_seen", seen) }
                    }
                }
            case .done, .joined, .resumed, .sent, .history, .reactions, .found, .members, .audit:
                return
            }
        }
    }
}
