import ChatModel
import NIOCore
import WireJSON

/// The request types of the relay, with the arguments that each declares (phoenix-channels.md §5.2, §5.3).
enum RelayFunction: String, CaseIterable {
    case relayMessage = "relay_msg"
    case createGroup = "create_group"
    case deleteGroup = "delete_group"
    case groupInfo = "get_group_info"
    case joinGroup = "join_group"
    case leaveGroup = "leave_group"
    case acceptMember = "accept_member"
    case muteMember = "mute_member"
    case unmuteMember = "unmute_member"

    /// The one version of all of them.
    static let version = "1.0.0"
    /// Bytes of a string argument.
    static let maxArgumentBytes = 3000

    private enum Argument: String {
        case group = "group_id"
        case type = "group_type"
        case user = "user_id"
        case message
    }

    /// - Parameters:
    ///   - service: What the client calls the service.
    ///   - services: The names under which it is offered.
    init(_ request: GenAPIRequest, services: some Collection<String>) throws(GenAPIFailure) {
        guard services.contains(request.service), let function = RelayFunction(rawValue: request.type),
            request.version ?? Self.version == Self.version
        else { throw .unsupported(type: request.type, version: request.version) }
        self = function
    }

    private var arguments: [Argument] {
        switch self {
        case .relayMessage: [.group, .message]
        case .createGroup: [.group, .type]
        case .deleteGroup, .groupInfo, .joinGroup, .leaveGroup: [.group]
        case .acceptMember, .muteMember, .unmuteMember: [.group, .user]
        }
    }

    /// Checks the arguments: first that all are there, then that there are no others, then each by itself.
    func operation(_ arguments: JSONObject) throws(GenAPIFailure) -> RelayOperation {
        let declared = self.arguments
        for argument in declared where arguments[argument.rawValue]?.isNull ?? true {
            throw .arguments(#"missing or nil argument "\#(argument.rawValue)" in "\#(self.rawValue)""#)
        }
        let extra = arguments.members.map(\.key).filter { key in !declared.contains { $0.rawValue == key } }
        guard extra.isEmpty else {
            let names = extra.sorted().map { Self.quoted(.string($0)) }.joined(separator: ", ")
            throw .arguments(#"extra arguments for "\#(self.rawValue)", extra: [\#(names)]"#)
        }
        for argument in declared { _ = try Self.string(argument, of: arguments) }
        return try self.operation(checked: arguments)
    }

    private func operation(checked arguments: JSONObject) throws(GenAPIFailure) -> RelayOperation {
        // Room ids are in lower case, however a client spells them.
        let group = RoomID(try Self.string(.group, of: arguments).lowercased())
        func user() throws(GenAPIFailure) -> UserID {
            UserID(canonical: try Self.string(.user, of: arguments).lowercased())
        }
        switch self {
        case .relayMessage: return .relay(group, message: try Self.string(.message, of: arguments))
        case .createGroup: return .create(group, try Self.access(arguments))
        case .deleteGroup: return .delete(group)
        case .groupInfo: return .info(group)
        case .joinGroup: return .join(group)
        case .leaveGroup: return .leave(group)
        case .acceptMember: return .accept(group, try user())
        case .muteMember: return .mute(group, try user())
        case .unmuteMember: return .unmute(group, try user())
        }
    }

    private static func string(_ argument: Argument, of arguments: JSONObject) throws(GenAPIFailure) -> String {
        let value = arguments[argument.rawValue] ?? .null
        guard let text = value.string else {
            throw .arguments(Self.wrongType(argument, expected: ":string", value))
        }
        guard text.utf8.count <= Self.maxArgumentBytes else {
            throw .arguments(
                #"invalid argument size for "\#(argument.rawValue)", max \#(Self.maxArgumentBytes) bytes"#)
        }
        return text
    }

    /// The three kinds of groups; a room of any other kind is made elsewhere.
    private static func access(_ arguments: JSONObject) throws(GenAPIFailure) -> RoomAccess {
        let text = try Self.string(.type, of: arguments)
        switch RoomAccess(rawValue: text) {
        case let access? where access != .inviteOnly: return access
        default: throw .arguments(Self.wrongType(.type, expected: "public, private or strict_private", .string(text)))
        }
    }

    private static func wrongType(_ argument: Argument, expected: String, _ value: JSONValue) -> String {
        #"invalid argument type for "\#(argument.rawValue)", expected \#(expected), got \#(Self.quoted(value))"#
    }

    private static func quoted(_ value: JSONValue) -> String {
        switch value {
        case .array: return "a list"
        case .object: return "a map"
        case .null, .bool, .integer, .number, .string:
            var writer = JSONWriter()
            writer.value(value)
            return String(buffer: writer.takeBuffer())
        }
    }
}
