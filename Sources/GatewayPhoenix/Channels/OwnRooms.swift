import ChatCore
import ChatModel
import NIOCore
import WireJSON

/// `my_rooms` on a user's own topic: the rooms that he is in, with how much of each he has not read, by number.
enum OwnRooms {
    static let event = "my_rooms"

    /// Answers as many rooms behind the number `after` as fit one answer, and where to go on.
    static func list(_ payload: PayloadReader, as session: ClientSession, _ request: ChannelRequest) {
        let after: Int64
        do throws(PayloadError) {
            after = try payload.optionalInteger("after", in: 0 ... .max) ?? 0
        } catch {
            return request.refuse(error)
        }
        request.channel.service.ownRooms(as: session).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let rooms):
                let rest = rooms.drop { Int64($0.record.number.value) <= after }
                let page = rest.first(within: request.channel.socket.outlet?.answerBytes ?? 0)
                let next = page.count < rest.count ? page.last?.record.number : nil
                request.reply { writer in writer.object { $0.rooms(page, next: next) } }
            case .failure(let error): request.refuse(ChatError(any: error))
            }
        }
    }
}

extension ArraySlice<RoomInfo> {
    /// The first of them that have no more bytes together; one at least, so that the client gets on.
    fileprivate func first(within bytes: Int) -> ArraySlice<RoomInfo> {
        var left = bytes
        return self.prefix { room in
            defer { left -= room.estimatedBytes }
            return left >= room.estimatedBytes || left == bytes
        }
    }
}

extension RoomInfo {
    /// About how many bytes it is as JSON.
    fileprivate var estimatedBytes: Int {
        let settings = self.record.settings
        return 512 + settings.title.utf8.count + settings.topic.utf8.count + (settings.alias?.utf8.count ?? 0)
    }
}
