import ChatCore
import ChatModel
import HTTPTypes
import Hummingbird
import WireJSON

extension DashboardRoutes {
    static var channels: [RESTRoute] { [self.activeChannels, self.channelMembers] }

    private static let activeChannels = RESTRoute(
        .get, base + "/channels/active",
        APIOperation(
            id: "active_channels", tag: .dashboard, summary: "Channels with somebody online", security: .bearer,
            answers: [
                .init(status: 200, description: "Their numbers", schema: .channelList), .unauthorized, .forbidden,
            ])
    ) { call in
        _ = try await call.administrator()
        let numbers = call.service.activeRooms().sorted()
        let channels: [JSONValue] = numbers.map { ["id": .integer(Int64($0.value))] }
        return .json(["count": .integer(Int64(channels.count)), "channels": .array(channels)])
    }

    private static let channelMembers = RESTRoute(
        .get, base + "/channels/members/{channel_id}",
        APIOperation(
            id: "channel_members", tag: .dashboard, summary: "Who is in a channel now",
            parameters: [
                APIParameter(
                    place: .path, name: "channel_id", kind: .integer(1...2_147_483_647, default: nil),
                    description: "The channel's number")
            ],
            security: .bearer,
            answers: [
                .init(status: 200, description: "Who is there", schema: .channelUsers), .unauthorized, .forbidden,
                .init(status: 404, description: "Channel doesn't exist", schema: .error), .invalid,
            ])
    ) { call in
        _ = try await call.administrator()
        let present = try await call.service.present(in: try call.roomNumber("channel_id"))
        return .json([
            "count": .integer(Int64(present.count)), "users": .array(present.users.map { .object($0.json) }),
        ])
    }
}
