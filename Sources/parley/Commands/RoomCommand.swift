import ArgumentParser
import ChatCore
import ChatModel
import StoreSQLite
import WireJSON

struct RoomCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "room", abstract: "Rooms.", subcommands: [ListRoomsCommand.self, ShowRoomCommand.self])
}

struct ListRoomsCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List public rooms, or those of one member: number, id, access, members, title.")

    private static let page = 100

    @Option(name: .long, help: "Also the rooms of this account that are not public.") var member: String?
    @Option(name: .long, help: "Only rooms whose alias or title contains this.") var search = ""
    @OptionGroup var options: ConfigurationOptions

    func execute() async throws {
        let table = try await OperatorConsole.with(self.options) { console in
            var table = TextTable("NUMBER", "ID", "ACCESS", "MEMBERS", "TITLE")
            var member: UserID?
            if let name = self.member { member = try await console.account(named: name).id }
            var after: RoomNumber?
            while true {
                let query = RoomQuery(text: self.search, after: after, limit: Self.page)
                let rooms = try await console.store.rooms(matching: query, member: member)
                for room in rooms { table.append(Self.row(room)) }
                guard rooms.count == Self.page, let last = rooms.last else { return table }
                after = last.record.number
            }
        }
        table.lines.forEach(StandardOutput.line)
    }

    private static func row(_ room: RoomSummary) -> [String] {
        let settings = room.record.settings
        return [
            "\(room.record.number)", "\(room.record.id)", settings.access.rawValue, "\(room.members)", settings.title,
        ]
    }
}

struct ShowRoomCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a room and its members.")

    @Argument(help: "The room's number or id.") var room: String
    @OptionGroup var options: ConfigurationOptions

    func execute() async throws {
        try await OperatorConsole.with(self.options) { console in
            let reference =
                Int64(self.room).flatMap(RoomNumber.init).map(RoomReference.number) ?? .id(RoomID(self.room))
            guard let record = try await console.store.room(reference) else {
                throw CommandFailure("there is no room '\(self.room)'")
            }
            Self.lines(record).forEach(StandardOutput.line)
            for member in try await console.store.members(of: record.id) where member.membership.status != .none {
                let membership = member.membership
                StandardOutput.line(
                    "  \(member.profile.username)  \(membership.role.rawValue)  \(membership.status.rawValue)")
            }
        }
    }

    private static func lines(_ record: RoomRecord) -> [String] {
        let settings = record.settings
        return [
            "number    \(record.number)", "id        \(record.id)", "alias     \(settings.alias ?? "-")",
            "title     \(settings.title)", "topic     \(settings.topic)", "kind      \(record.kind.rawValue)",
            "access    \(settings.access.rawValue)", "history   \(settings.historyVisibility.rawValue)",
            "creator   \(record.creator?.value ?? "-")",
            "created   \(WireTimestamp.text(milliseconds: record.createdAt.milliseconds))",
            "position  \(record.epoch) \(record.lastSeq)", "members",
        ]
    }
}
