import ChatCore
import ChatModel
import Foundation

/// How settings lie in columns: alias, title, topic, access, history_visibility, retention, retention_amount,
/// slow_mode, members_invite.
extension Statement {
    func bind(_ settings: RoomSettings, from index: Int32) {
        self.bind(index, settings.alias)
        self.bind(index + 1, settings.title)
        self.bind(index + 2, settings.topic)
        self.bind(index + 3, settings.access.rawValue)
        self.bind(index + 4, settings.historyVisibility.rawValue)
        let retention = settings.retention.columns
        self.bind(index + 5, retention.kind)
        self.bind(index + 6, retention.amount)
        self.bind(index + 7, Int64(settings.slowModeSeconds))
        self.bind(index + 8, settings.membersInvite)
    }

    func settings(from column: Int32) throws(StoreError) -> RoomSettings {
        RoomSettings(
            alias: self.optionalText(column), title: self.text(column + 1), topic: self.text(column + 2),
            access: try self.value(column + 3, as: RoomAccess.self),
            historyVisibility: try self.value(column + 4, as: HistoryVisibility.self),
            retention: Retention(kind: self.integer(column + 5), amount: self.integer(column + 6)),
            slowModeSeconds: Int32(clamping: self.integer(column + 7)), membersInvite: self.flag(column + 8))
    }

    /// role, status, joined_at, joined_seq, until, reason and the id of by_user.
    func membership(from column: Int32) throws(StoreError) -> Membership {
        Membership(
            role: try self.value(column, as: Role.self), status: try self.value(column + 1, as: MembershipStatus.self),
            joinedAt: self.time(column + 2), joinedSeq: self.integer(column + 3), until: self.optionalTime(column + 4),
            reason: self.text(column + 5), by: self.optionalText(column + 6).map(UserID.init(canonical:)))
    }

    /// id, username, display_name, is_guest.
    func profile(from column: Int32) -> UserProfile {
        UserProfile(
            id: UserID(canonical: self.text(column)), username: self.text(column + 1),
            displayName: self.text(column + 2), isGuest: self.flag(column + 3))
    }
}

extension Retention {
    var columns: (kind: Int64, amount: Int64) {
        switch self {
        case .forever: (0, 0)
        case .days(let days): (1, Int64(days))
        case .count(let count): (2, Int64(count))
        }
    }

    init(kind: Int64, amount: Int64) {
        switch kind {
        case 1: self = .days(Int32(clamping: amount))
        case 2: self = .count(Int32(clamping: amount))
        default: self = .forever
        }
    }
}

/// Text as it is compared: lower case, composed.
enum Folding {
    /// More combining marks on one character than any writing has (UAX #15, Stream-Safe Text Format).
    private static let mostMarks = 30

    /// Text with more marks in a row than that stays as composed as it is: to put n of them in order takes n² steps.
    static func fold(_ text: String) -> String {
        let lower = text.lowercased()
        return Self.isToBeComposed(lower) ? lower.precomposedStringWithCanonicalMapping : lower
    }

    private static func isToBeComposed(_ text: String) -> Bool {
        var isPlain = true
        var marks = 0
        for scalar in text.unicodeScalars {
            // The first mark, and the first character that can be composed with another.
            guard scalar.value >= 0x300 else {
                marks = 0
                continue
            }
            isPlain = false
            marks = scalar.properties.canonicalCombiningClass == .notReordered ? 0 : marks + 1
            if marks > Self.mostMarks { return false }
        }
        return !isPlain
    }
}

extension RoomSettings {
    /// What a search looks through.
    var searchText: String { Folding.fold([self.alias ?? "", self.title].joined(separator: "\n")) }
}
