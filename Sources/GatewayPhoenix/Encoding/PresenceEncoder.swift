import ChatModel
import NIOCore
import WireJSON

/// Writes presence in the shape of Phoenix.Presence (phoenix-channels.md §3): `{key: {metas: [{phx_ref, …}]}}`.
struct PresenceEncoder: Sendable {
    /// Estimated bytes of one list of who is there. A longer one is not told: everybody who comes would be sent it.
    static let mostListBytes = 256 * 1024

    let refs: PresenceRef

    // MARK: - Rooms

    func append(_ change: PresenceChange, to topic: TopicWriter, into buffer: inout ByteBuffer) {
        switch change {
        case .arrived(let arrival):
            self.appendDiff(joins: [(arrival.profile, [arrival.meta])], to: topic, into: &buffer)
        case .departed(let departure):
            self.appendDiff(leaves: [(departure.profile, departure.metas)], to: topic, into: &buffer)
        case .updated(let profile, let before, let after):
            self.appendDiff(joins: [(profile, [after])], leaves: [(profile, [before])], to: topic, into: &buffer)
        case .hidden(let entries, let count):
            // Those whom clients know would stay on their lists for good: nobody tells any more when they go.
            if self.isListable(entries, as: topic.kind) {
                self.appendDiff(leaves: entries.map { ($0.profile, $0.metas) }, to: topic, into: &buffer)
            } else {
                topic.appendPlainly(.presenceState, to: &buffer) { $0.emptyObject() }
            }
            self.appendCount(count, to: topic, into: &buffer)
        case .shown(let entries, let present):
            // Where they are too many for that, lists begin empty and fill with those who come: nobody is on one who is
            // not there.
            if self.isListable(entries, as: topic.kind) {
                self.appendDiff(joins: entries.map { ($0.profile, $0.metas) }, to: topic, into: &buffer)
            }
            self.appendCount(present.count, to: topic, into: &buffer)
        case .count(let count):
            self.appendCount(count, to: topic, into: &buffer)
        }
    }

    private func appendCount(_ count: Int, to topic: TopicWriter, into buffer: inout ByteBuffer) {
        topic.append(.presenceCount, to: &buffer) { $0.member("count", count) }
    }

    private func appendDiff(
        joins: [(UserProfile, [PresenceMeta])] = [], leaves: [(UserProfile, [PresenceMeta])] = [],
        to topic: TopicWriter, into buffer: inout ByteBuffer
    ) {
        let joins = self.shown(joins, as: topic.kind)
        let leaves = self.shown(leaves, as: topic.kind)
        guard !joins.isEmpty || !leaves.isEmpty else { return }
        topic.appendPlainly(.presenceDiff, to: &buffer) { writer in
            writer.object { writer in
                writer.object("joins") { self.write(joins, as: topic.kind, &$0) }
                writer.object("leaves") { self.write(leaves, as: topic.kind, &$0) }
            }
        }
    }

    /// The payload of `presence_state`.
    func writeState(_ entries: [PresenceEntry], as kind: PhoenixFormat.Kind, to writer: inout JSONWriter) {
        writer.object { self.write(self.shown(entries.map { ($0.profile, $0.metas) }, as: kind), as: kind, &$0) }
    }

    /// Whether everybody may be told of in one message.
    ///
    /// - Parameter bytes: How long it may be.
    func isListable(
        _ entries: [PresenceEntry], as kind: PhoenixFormat.Kind, within bytes: Int = Self.mostListBytes
    ) -> Bool {
        var left = bytes
        for entry in entries {
            let person = entry.profile.id.value.utf8.count + entry.profile.username.utf8.count
            let names = kind == .realtime ? 0 : person + entry.profile.displayName.utf8.count
            for meta in entry.metas where kind != .realtime || meta.note?.meta != nil {
                let own = (meta.note?.meta?.text.utf8.count ?? 0) + (meta.note?.key?.utf8.count ?? 0)
                left -= Self.bytesOfMeta + names + own
                guard left >= 0 else { return false }
            }
        }
        return true
    }

    /// About what a meta has beside names and what its client says.
    private static let bytesOfMeta = 160

    // MARK: - Entries

    private struct Entry {
        let key: String
        let profile: UserProfile
        var metas: [PresenceMeta]
    }

    /// Under which keys whom to show. Supabase's clients show those who asked for it, under keys of their choice.
    private func shown(_ users: [(UserProfile, [PresenceMeta])], as kind: PhoenixFormat.Kind) -> [Entry] {
        guard kind == .realtime else { return users.map { Entry(key: $0.id.value, profile: $0, metas: $1) } }
        var entries: [Entry] = []
        var places: [String: Int] = [:]
        for (profile, metas) in users {
            for meta in metas where meta.note?.meta != nil {
                let key = meta.note?.key ?? profile.id.value
                if let place = places[key] {
                    entries[place].metas.append(meta)
                } else {
                    places[key] = entries.count
                    entries.append(Entry(key: key, profile: profile, metas: [meta]))
                }
            }
        }
        return entries
    }

    private func write(_ entries: [Entry], as kind: PhoenixFormat.Kind, _ writer: inout JSONWriter) {
        for entry in entries {
            writer.key(escaping: entry.key)
            writer.object { writer in
                writer.array("metas", entry.metas) { writer, meta in
                    self.write(meta, of: entry.profile, as: kind, &writer)
                }
            }
        }
    }

    private func write(
        _ meta: PresenceMeta, of profile: UserProfile, as kind: PhoenixFormat.Kind, _ writer: inout JSONWriter
    ) {
        writer.object { writer in
            if kind == .realtime, let own = meta.note?.meta { writer.membersOf(own) }
            writer.member("phx_ref", self.refs.text(of: meta.id))
            if let previous = meta.note?.previous { writer.member("phx_ref_prev", self.refs.text(of: previous)) }
            guard kind != .realtime else { return }
            writer.member("username", profile.username)
            writer.member("display_name", profile.displayName)
            writer.member("is_guest", profile.isGuest)
            writer.member("online_at", meta.since)
            if let own = meta.note?.meta { writer.member("meta", own) }
        }
    }

    // MARK: - Everybody who is connected

    /// Epochtalk's form: keys and `phx_ref`s, nothing else (phoenix-channels.md §4.3).
    func append(
        attendance change: PresenceChange, to topic: String, _ version: SerializerVersion, into buffer: inout ByteBuffer
    ) {
        let (joins, leaves): ((UserProfile, [PresenceMeta])?, (UserProfile, [PresenceMeta])?)
        switch change {
        case .arrived(let arrival): (joins, leaves) = ((arrival.profile, [arrival.meta]), nil)
        case .departed(let departure): (joins, leaves) = (nil, (departure.profile, departure.metas))
        case .updated, .hidden, .shown, .count: return
        }
        MessageWriter(version).broadcast(ServerEvent.presenceDiff.rawValue, on: topic, into: &buffer) { writer in
            writer.object { writer in
                writer.object("joins") { self.writeAttendance(joins, &$0) }
                writer.object("leaves") { self.writeAttendance(leaves, &$0) }
            }
        }
    }

    private func writeAttendance(_ user: (profile: UserProfile, metas: [PresenceMeta])?, _ writer: inout JSONWriter) {
        guard let user else { return }
        writer.key(escaping: user.profile.id.value)
        writer.object { writer in
            writer.array("metas", user.metas) { writer, meta in
                writer.object { $0.member("phx_ref", self.refs.text(of: meta.id)) }
            }
        }
    }
}

extension JSONWriter {
    /// The members of an object that is kept as text, into the object that is being written.
    fileprivate mutating func membersOf(_ json: OpaqueJSON) {
        var text = json.text
        text.withUTF8 { bytes in
            // Without its braces it is one run of members, or nothing.
            guard bytes.count > 2 else { return }
            self.raw(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[1..<bytes.count - 1])))
        }
    }
}
