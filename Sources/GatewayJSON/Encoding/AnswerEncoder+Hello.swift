import ChatCore
import ChatModel
import NIOCore
import WireJSON

/// What the answer to a hello tells.
struct Welcome {
    let identity: Identity
    let hello: Hello
    /// A name for this connection in logs and bug reports; it grants nothing.
    let sessionID: String
    /// The most code points of a message.
    let contentLimit: Int
    /// The user's rooms; empty for a client without extensions.
    let rooms: [RoomInfo]
    /// What became of the rooms that the client named.
    let resumed: [ResumedRoom]
}

extension AnswerEncoder {
    /// Appends the answer to a hello, then what the client missed, room by room.
    ///
    /// - Parameter helloDialect: Without `compact` when the client only asked for it in this hello.
    func append(_ welcome: Welcome, helloDialect: Dialect, into buffer: inout ByteBuffer) {
        var budget = AnswerBudget()
        let resumed = welcome.resumed.map { room in
            ResumedRoom(reference: room.reference, info: room.info, result: room.result.within(&budget))
        }
        let head = FrameHead(
            id: self.events.frames.ids.next(), at: self.now,
            ref: welcome.hello.extensions == nil ? nil : welcome.hello.ref)
        self.events.frames.append(.hello, head, as: helloDialect, to: &buffer) { writer in
            writer.nullable("token", welcome.identity.guestToken)
            self.writeUser(welcome.identity, &writer)
            if let extensions = welcome.hello.extensions {
                writer.object("ext") { self.writeExtensions(welcome, extensions, resumed, &$0) }
            }
        }
        for room in resumed {
            if let record = room.info?.record { self.appendReplay(room.result, of: record, into: &buffer) }
        }
    }

    private func writeUser(_ identity: Identity, _ writer: inout FrameWriter) {
        guard !writer.isCompact else { return writer.user(.user, identity.profile) }
        writer.object(.user) { writer in
            writer.userMembers(identity.profile)
            writer.member("role", identity.serverRole.rawValue)
        }
    }

    private func writeExtensions(
        _ welcome: Welcome, _ extensions: Hello.Extensions, _ resumed: [ResumedRoom], _ writer: inout FrameWriter
    ) {
        writer.member("v", 1)
        writer.strings("have", extensions.features.names)
        writer.member("session", welcome.sessionID)
        writer.member("resume_ttl_s", self.limits.replaySeconds)
        writer.member("server_time", self.now)
        writer.object("limits") { writer in
            writer.member("content", welcome.contentLimit)
            writer.member("frame", 65_536)
            writer.object("rate") { writer in
                writer.key("burst")
                writer.amount(self.limits.messageRate.burst)
                writer.key("per_s")
                writer.amount(self.limits.messageRate.perSecond)
            }
        }
        self.writeRooms(welcome.rooms, resumed, &writer)
    }

    /// Every room once: the user's own, with what became of its resumption, and the others that he resumed.
    private func writeRooms(_ rooms: [RoomInfo], _ resumed: [ResumedRoom], _ writer: inout FrameWriter) {
        var results: [RoomNumber: ResumedRoom] = [:]
        for room in resumed {
            if let number = room.number { results[number] = room }
        }
        let known = Set(rooms.map(\.record.number))
        writer.key("rooms")
        writer.json.beginArray()
        for info in rooms {
            let result = results[info.record.number]
            writer.object { $0.helloRoom(result?.info ?? info, result?.result) }
        }
        for room in resumed {
            guard let number = room.number, !known.contains(number) else { continue }
            writer.object { writer in
                if let info = room.info { return writer.helloRoom(info, room.result) }
                writer.member(.channelID, number)
                writer.resumption(room.result)
            }
        }
        writer.json.endArray()
    }
}

extension ResumedRoom {
    /// The number by which the client named it.
    fileprivate var number: RoomNumber? {
        switch self.reference {
        case .number(let number): number
        case .id: self.info?.record.number
        }
    }
}

extension FrameWriter {
    /// A number that is whole nearly always.
    fileprivate mutating func amount(_ value: Double) {
        if let whole = Int64(exactly: value) { self.json.integer(whole) } else { self.json.double(value) }
    }
}
