import ChatCore
import ChatModel
import Credentials
import GatewayJSON
import GatewayREST
import Logging
import NIOCore
import NetTransport
import StoreSQLite

/// All settings, in the order in which they are shown. What is not here cannot be set.
enum SettingTable {
    static let all: [Setting] =
        SettingTable.basics + SettingTable.store + SettingTable.network + SettingTable.webSocket
        + SettingTable.protocolJSON + SettingTable.protocolPhoenix + SettingTable.accounts + SettingTable.hostTokens
        + SettingTable.rooms + SettingTable.limits + SettingTable.logging

    private static let byKey: [String: Setting] = Dictionary(
        SettingTable.all.flatMap { setting in setting.keys.map { ($0, setting) } },
        uniquingKeysWith: { first, _ in first })

    /// The names of groups: all that stands before a dot.
    static let groups = Set(
        SettingTable.all.flatMap(\.keys).flatMap { key in
            key.indices.filter { key[$0] == "." }.map { String(key[..<$0]) }
        })

    static func setting(_ key: String) -> Setting? { self.byKey[key] }

    /// The known key that is spelled most alike, if one is close.
    static func nearest(to key: String) -> String? {
        let candidates = self.all.map { (key: $0.key, distance: Self.distance(key, $0.key)) }
        return candidates.min { $0.distance < $1.distance }.flatMap {
            $0.distance <= max(2, key.count / 3) ? $0.key : nil
        }
    }

    /// How many characters must be put in, taken out or replaced (Levenshtein).
    private static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (line, character) in left.enumerated() {
            var diagonal = row[0]
            row[0] = line + 1
            for (column, other) in right.enumerated() {
                let above = row[column + 1]
                row[column + 1] = min(row[column] + 1, above + 1, diagonal + (character == other ? 0 : 1))
                diagonal = above
            }
        }
        return row[right.count]
    }
}

extension SettingTable {
    private static let basics: [Setting] = [
        Setting("data", \.data, "Directory of the store, the secrets and the node's own files"),
        Setting("domain", \.domain, "Name of this server in the tokens that it signs"),
        Setting(
            "threads", \.threads, in: 0...64,
            "Event loops; 0 for one less than there are processors, at least one"),
        Setting("debug_echo", \.debugEcho, "Serve /debug/echo, which returns every WebSocket message"),
        Setting("xmpp", \.xmpp, "Address for XMPP; not served by this version"),
        Setting("backplane", \.backplane, "How nodes hear of each other: local for a single node"),
    ]

    private static let store: [Setting] = [
        Setting("store.url", \.store, "Where the data is: sqlite:PATH", aliases: ["store"]),
        Setting(
            "store.durability", \.durability,
            "full: what was acknowledged survives a power failure; relaxed: it survives the process"),
        Setting("store.readers", \.storeReaders, in: 1...16, "Threads that read the store"),
        Setting(
            "store.gather_ms", \.gatherMilliseconds, in: 0...100,
            "Longest time in milliseconds that a commit waits for others while several people send steadily; 0 never"),
    ]

    private static let network: [Setting] = [
        Setting("http", \.http, "Address for HTTP and WebSocket", aliases: ["http.address"]),
        Setting(
            "http.allowed_origins", \.allowedOrigins,
            "Other sites whose pages may call the API and open WebSockets: https://chat.example.com", reloadable: true
        ) { (origins) throws(SettingProblem) in
            // A browser's Origin always has its scheme: an entry without one would match nothing, or too much.
            if let entry = origins.first(where: { !$0.contains("://") }) {
                throw SettingProblem(
                    message: "'\(entry)' has no scheme",
                    hint: "Write https://HOST or https://HOST:PORT; http:// only for a site without TLS.")
            }
            do throws(OriginPolicyError) {
                _ = try AllowedOrigins(origins)
            } catch {
                throw SettingProblem(
                    message: "'\(error.entry)' is no origin", hint: "Write https://HOST or https://HOST:PORT.")
            }
        },
        Setting(
            "http.trusted_proxies", \.trustedProxies,
            "Proxies whose X-Forwarded-For is believed: addresses and ranges such as 10.0.0.0/8"
        ) { (proxies) throws(SettingProblem) in
            do throws(AddressRangeError) {
                _ = try ClientAddressRule(trustedProxies: proxies)
            } catch {
                throw SettingProblem(
                    message: "'\(error.entry)' is no address or range", hint: "Write 192.0.2.1, 10.0.0.0/8 or fd00::/8."
                )
            }
        },
        Setting(
            "http.max_connections", \.maxConnections, in: 0...10_000_000,
            "Open sockets at most; 0 for 80 % of the descriptor limit"),
        Setting("http.max_header_fields", \.httpLimits.maxHeaderFields, in: 8...1000, "Header fields of a request"),
        Setting(
            "http.max_header_bytes", \.httpLimits.maxHeaderBytes, in: 1024...1_048_576, "Bytes of a request's header"),
        Setting(
            "http.max_target_bytes", \.httpLimits.maxRequestTargetBytes, in: 256...65_536, "Bytes of a request's target"
        ),
        Setting("http.max_body_bytes", \.maxBodyBytes, in: 1024...16_777_216, "Bytes of a request's body"),
        Setting(
            "http.head_timeout_s", \.httpLimits.headTimeout.wholeSeconds, in: 1...3600,
            "Seconds until a request's header is complete"),
        Setting(
            "http.idle_timeout_s", \.httpLimits.idleTimeout.wholeSeconds, in: 1...3600,
            "Seconds that a connection may idle between requests"),
        Setting(
            "http.drain_timeout_s", \.drainTimeout.wholeSeconds, in: 0...300,
            "Seconds that connections get to close when the server stops"),
        Setting("http.backlog", \.backlog, in: 1...65_535, "Connections that may wait to be accepted"),
    ]

    private static let webSocket: [Setting] = [
        Setting(
            "websocket.max_message_bytes", \.webSocket.maxMessageBytes, in: 1024...16_777_216,
            "Bytes of one message from a client; more closes with 1009"),
        Setting("websocket.max_fragments", \.webSocket.maxFragments, in: 1...1_048_576, "Frames of one message"),
        Setting(
            "websocket.max_queued_bytes", \.webSocket.maxQueuedBytes, in: 65_536...1_073_741_824,
            "Bytes that may wait for a client that reads too slowly"),
        Setting("websocket.ping_interval_s", \.keepAlive.interval.wholeSeconds, in: 1...3600, "Seconds between pings"),
        Setting(
            "websocket.missed_pongs", \.keepAlive.missedPongs, in: 1...100,
            "Unanswered pings after which a connection is given up"),
    ]

    private static let protocolJSON: [Setting] = [
        Setting("json.strict", \.json.isStrict, "Messages of at most 200 code points, as the reference server has it"),
        Setting("json.history_on_join", \.json.historyOnJoin, in: 0...500, "Past messages that a join brings"),
        Setting(
            "json.hello_timeout_s", \.json.helloTimeout.wholeSeconds, in: 1...3600,
            "Seconds that a connection may stay without a hello"),
        Setting(
            "json.grace_s", \.limits.resumeGraceSeconds, in: 0...3600,
            "Seconds that a lost connection counts as present when it can resume"),
        Setting(
            "json.kick_cooldown_s", \.limits.kickCooldownSeconds, in: 0...86_400, "Seconds that a kicked user stays out"
        ),
    ]

    private static let accounts: [Setting] = [
        Setting(
            "accounts.signup", \.policy.signUp,
            "Who may sign up; `invite` is as `closed` until there are invitations"),
        Setting(
            "accounts.signup_per_hour", \.policy.signUpsPerHour, in: 0...1_000_000,
            "Sign-ups an hour from one address; 0 for no bound"),
        Setting(
            "accounts.password_iterations", \.passwordIterations, in: 4096...10_000_000,
            "Rounds of the password hash, for new passwords"),
        Setting("guests.enabled", \.policy.guestsEnabled, "Whether guests are admitted"),
        Setting("guests.write", \.policy.guestsWrite, "Whether guests may write and react in public rooms"),
        Setting(
            "guests.per_address", \.limits.guestsPerAddress, in: 0...1_000_000,
            "Guests from one address; 0 for no bound"),
        Setting(
            "guests.idle_s", \.limits.guestIdleSeconds, in: 60...31_536_000,
            "Seconds after which an absent guest is forgotten"),
        Setting("auth.token_lifetime_s", \.tokens.lifetimeSeconds, in: 60...315_360_000, "Life of a token"),
        Setting(
            "auth.guest_token_lifetime_s", \.tokens.guestLifetimeSeconds, in: 60...315_360_000,
            "Life of a guest's token"),
        Setting(
            "auth.leeway_s", \.tokens.leewaySeconds, in: 0...600,
            "Seconds by which clocks may differ when a token's times are checked"),
    ]

    private static let rooms: [Setting] = [
        Setting("rooms.auto_create", \.policy.autoCreateRooms, "Whether joining a free number creates the room"),
        Setting(
            "rooms.auto_create_per_hour", \.limits.autoCreatedPerHour, in: 0...1_000_000,
            "Rooms that one user creates so in an hour; 0 for no bound"),
        Setting("rooms.guests_create", \.policy.guestsCreateRooms, "Whether guests may create rooms"),
    ]

    private static let limits: [Setting] = [
        Setting(
            "limits.message_rate", \.limits.messageRate.perSecond, in: 0...1_000_000,
            "Messages per second and connection, steadily; 0 for no bound"),
        Setting(
            "limits.message_burst", \.limits.messageRate.burst, in: 0...1_000_000,
            "Messages that a connection may send at once"),
        Setting(
            "limits.join_rate_per_min", \.limits.joinRate.perMinute, in: 0...1_000_000,
            "Joins per minute and connection, steadily; 0 for no bound"),
        Setting(
            "limits.join_burst", \.limits.joinRate.burst, in: 0...1_000_000,
            "Joins that a connection may ask for at once"),
        Setting(
            "limits.request_rate", \.limits.requestRate.perSecond, in: 0...1_000_000,
            "Other requests per second and connection, steadily; 0 for no bound"),
        Setting(
            "limits.request_burst", \.limits.requestRate.burst, in: 0...1_000_000,
            "Other requests that a connection may send at once"),
        Setting(
            "limits.typing_interval_s", \.limits.typingIntervalSeconds, in: 0...3600,
            "Least seconds between two typing notices of a user in a room; 0 for no bound"),
        Setting(
            "limits.connections_per_user", \.limits.connectionsPerUser, in: 0...1_000_000,
            "Connections of one user; the oldest goes when one more comes; 0 for no bound"),
        Setting(
            "limits.connections_per_address", \.limits.connectionsPerAddress, in: 0...1_000_000,
            "Connections from one address; 0 for no bound"),
        Setting(
            "limits.signal_rate", \.limits.signalRate.perSecond, in: 0...1_000_000,
            "Signals per second and API key, steadily; 0 for no bound"),
        Setting(
            "limits.signal_burst", \.limits.signalRate.burst, in: 0...1_000_000,
            "Signals that an API key may send at once"),
        Setting("limits.signal_bytes", \.limits.signalBytes, in: 2...65_536, "Bytes of a signal's payload"),
        Setting("limits.message_code_points", \.limits.messageCodePoints, in: 1...4000, "Code points of a message"),
        Setting("limits.message_bytes", \.limits.messageBytes, in: 16...65_536, "UTF-8 bytes of a message"),
        Setting("limits.metadata_bytes", \.limits.metadataBytes, in: 0...16_384, "Bytes of a message's free metadata"),
        Setting(
            "limits.broadcast_rate", \.limits.broadcastRate.perSecond, in: 0...1_000_000,
            "Broadcasts that are not kept, per second and connection, steadily; 0 for no bound"),
        Setting(
            "limits.broadcast_burst", \.limits.broadcastRate.burst, in: 0...1_000_000,
            "Broadcasts that a connection may send at once"),
        Setting(
            "limits.broadcast_bytes", \.limits.broadcastBytes, in: 0...65_536,
            "Bytes of what is broadcast in a room without being kept"),
        Setting(
            "limits.presence_meta_bytes", \.limits.presenceMetaBytes, in: 0...16_384,
            "Bytes of what a client says of its presence"),
        Setting(
            "limits.search_scan", \.limits.searchScan, in: 100...1_000_000,
            "Events that one search reads; the answer says where to go on"),
        Setting(
            "limits.mentions_per_message", \.limits.mentionsPerMessage, in: 0...50,
            "Members whom one message may mention"),
        Setting(
            "limits.reason_code_points", \.limits.reasonCodePoints, in: 0...255,
            "Code points of a mute, ban or kick reason"),
        Setting(
            "limits.longest_sanction_s", \.limits.longestSanctionSeconds, in: 60...315_360_000,
            "Longest mute or ban that has an end"),
        Setting(
            "limits.reactions_per_message", \.limits.reactionsPerMessage, in: 1...100, "Different emotes on one message"
        ),
        Setting(
            "limits.reactions_per_user", \.limits.reactionsPerUser, in: 1...100, "Emotes of one user on one message"),
        Setting("limits.muted_may_react", \.limits.mutedMayReact, "Whether a muted member may react"),
        Setting("limits.history_page", \.limits.historyPage, in: 1...1000, "Messages of one page of history"),
        Setting(
            "limits.replay_events", \.limits.replayEvents, in: 0...10_000,
            "Missed events that a returning client is sent one by one"),
        Setting("limits.replay_s", \.limits.replaySeconds, in: 0...31_536_000, "Age of the oldest of them in seconds"),
        Setting(
            "limits.idempotency_s", \.limits.idempotencySeconds, in: 60...31_536_000,
            "Seconds that a frame's id stands for the message that it first sent"),
        Setting(
            "limits.members_per_room", \.limits.membersPerRoom, in: 0...10_000_000,
            "Members of one room; 0 for no bound"),
        Setting(
            "limits.presence_detail", \.limits.presenceDetail, in: 1...10_000,
            "Present users up to which a room shows each of them"),
        Setting(
            "limits.presence_count_interval_s", \.limits.presenceCountSeconds, in: 0...3600,
            "Least seconds between two counts of the users in a room that shows no more than that"),
        Setting("limits.rooms_per_user", \.limits.roomsPerUser, in: 0...1_000_000, "Rooms of one user; 0 for no bound"),
        Setting(
            "limits.rooms_created_per_day", \.limits.roomsCreatedPerDay, in: 0...1_000_000,
            "Rooms that one user creates in a day; 0 for no bound"),
    ]

    private static let logging: [Setting] = [
        Setting("log.level", \.logLevel, "Least severe level that is logged", reloadable: true),
        Setting("log.format", \.logFormat, "text for people, json for programs"),
    ]
}
