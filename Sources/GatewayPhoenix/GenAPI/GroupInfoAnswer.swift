import ChatCore
import ChatModel
import NIOCore
import WireJSON

/// The answer to `get_group_info`: at once when the group is small, else in parts (phoenix-channels.md §5.1, §5.3).
struct GroupInfoAnswer {
    /// Members in one part. A group of no more is told at once.
    static let pageSize = 100
    private static let retryMilliseconds: ClosedRange<Int64> = 50...10_000

    private let call: GenAPICall
    private let operation: RelayOperation
    private let session: ClientSession
    private let access: RoomAccess

    init(_ call: GenAPICall, _ operation: RelayOperation, _ session: ClientSession, _ access: RoomAccess) {
        self.call = call
        self.operation = operation
        self.session = session
        self.access = access
    }

    func begin() {
        self.fetch(after: nil) { result in
            switch result {
            case .failure(let error): self.call.fail(self.operation.failure(error))
            case .success(let page) where !page.hasMore: self.call.succeed { self.write(page, to: &$0) }
            case .success(let page): self.stream(page)
            }
        }
    }

    // MARK: - In parts

    private struct Page {
        let members: [MemberInfo]
        let hasMore: Bool
    }

    /// One stream on a channel at a time, so that they cannot pile up: what they read is paced by the core.
    private func stream(_ first: Page) {
        guard !self.call.channel.groups.isStreaming else { return self.call.fail(.rateLimited(milliseconds: 1000)) }
        self.call.channel.groups.isStreaming = true
        self.call.beginStream()
        self.call.streamFirst { self.write(first, to: &$0) }
        self.streamNext(after: first.members.last?.profile.id)
    }

    private func streamNext(after user: UserID?) {
        guard self.call.socket.isJoined(self.call.channel) else { return self.end() }
        self.fetch(after: user) { result in
            switch result {
            case .success(let page):
                self.call.stream(hasMore: page.hasMore) { self.write(page, to: &$0) }
                guard page.hasMore else { return self.end() }
                self.streamNext(after: page.members.last?.profile.id)
            case .failure(let error) where error.code == .rateLimited:
                let wait = error.retryAfterMilliseconds ?? 0
                let bounds = Self.retryMilliseconds
                self.session.eventLoop.assumeIsolated().scheduleTask(
                    in: .milliseconds(min(max(wait, bounds.lowerBound), bounds.upperBound))
                ) {
                    self.streamNext(after: user)
                }
            case .failure:
                self.call.failStream()
                self.end()
            }
        }
    }

    private func end() {
        self.call.channel.groups.isStreaming = false
    }

    /// One member more than a page has tells whether it is the last.
    private func fetch(after user: UserID?, _ next: @escaping (Result<Page, ChatError>) -> Void) {
        let command = Command.members(.id(self.operation.group), after: user, limit: Self.pageSize + 1)
        self.call.channel.service.execute(command, as: self.session).assumeIsolated().whenComplete { result in
            switch result {
            case .success(.members(let members, _)):
                let page = Page(
                    members: Array(members.prefix(Self.pageSize)), hasMore: members.count > Self.pageSize)
                next(.success(page))
            case .success: next(.failure(ChatError(.internal)))
            case .failure(let error): next(.failure(ChatError(any: error)))
            }
        }
    }

    // MARK: - Writing

    private func write(_ page: Page, to writer: inout JSONWriter) {
        writer.groupInfo(
            self.operation.group, self.access, page.members, at: self.call.channel.service.clock.now())
    }
}

extension JSONWriter {
    /// A group with some of its members; whoever only was one, or is kept out, is none.
    mutating func groupInfo(_ group: RoomID, _ access: RoomAccess, _ members: [MemberInfo], at now: Timestamp) {
        self.object { writer in
            writer.member("group_id", group.value)
            writer.member("group_type", access.rawValue)
            writer.object("members") { writer in
                for member in members {
                    let status = member.membership.status(at: now)
                    guard status == .pending || status == .active || status == .muted && member.membership.role > .none
                    else { continue }
                    writer.key(escaping: member.profile.id.value)
                    writer.object { writer in
                        writer.array("roles", member.membership.role.relayRoles) { $0.string($1) }
                        writer.member("status", status.rawValue)
                        writer.member("joined_at", member.membership.joinedAt)
                    }
                }
            }
        }
    }
}

extension Role {
    /// The relay knows admins and members; what the core has beyond that goes under its own name.
    fileprivate var relayRoles: [String] {
        switch self {
        case .owner: ["admin", "owner"]
        case .admin: ["admin"]
        case .moderator: ["moderator"]
        case .member, .none: ["member"]
        }
    }
}
