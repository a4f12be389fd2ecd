import ChatModel
import WireJSON

/// Reads the `ext` of a hello (json-chat.md §1.13).
enum HelloExtensions {
    /// nil for a client that has none, or another version of them: it is served as an old client.
    static func read(_ value: JSONValue?) throws(FrameFault) -> Hello.Extensions? {
        guard let object = value?.object, object["v"]?.lenientInteger == 1 else { return nil }
        return Hello.Extensions(
            features: Features(names: try self.names(object["want"])),
            positions: try self.positions(object["resume"]?["rooms"])
        )
    }

    private static func names(_ value: JSONValue?) throws(FrameFault) -> [String] {
        guard let value, !value.isNull else { return [] }
        guard let elements = value.array else { throw .malformed }
        return try elements.strings(limit: 64)
    }

    private static func positions(_ value: JSONValue?) throws(FrameFault) -> [RoomPosition] {
        guard let value, !value.isNull else { return [] }
        guard let rooms = value.object else { throw .malformed }
        var positions: [RoomPosition] = []
        positions.reserveCapacity(rooms.count)
        for member in rooms.members {
            guard let room = JSONValue.string(member.key).lenientInteger.flatMap({ RoomNumber($0) }),
                let position = member.value.object
            else { throw .malformed }
            positions.append(try self.position(position, in: .number(room)))
        }
        return positions
    }

    /// An `{epoch, seq}` pair.
    static func position(_ object: JSONObject, in room: RoomReference) throws(FrameFault) -> RoomPosition {
        guard let epoch = object["epoch"]?.string, epoch.utf8.count <= 128, let seq = object["seq"]?.lenientInteger,
            seq >= 0
        else { throw .malformed }
        return RoomPosition(room: room, epoch: Epoch(epoch), seq: seq)
    }
}
