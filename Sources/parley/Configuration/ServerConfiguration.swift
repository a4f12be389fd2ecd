import ChatCore
import ChatModel
import Credentials
import GatewayJSON
import GatewayPhoenix
import Logging
import NIOCore
import NetTransport
import StoreSQLite

/// Everything that an operator can set, with its default. The table of settings says how each is called and checked.
struct ServerConfiguration: Sendable {
    var data = "./data"
    var domain = "localhost"
    var http = ListenAddress(host: "127.0.0.1", port: 8080)
    var xmpp = ListenAddress(host: "127.0.0.1", port: 5222)
    var debugEcho = false
    /// Event loops; 0 for as many as there are processors.
    var threads = 0

    var store = StoreLocation.file(nil)
    var durability = SQLiteStore.Configuration.Durability.full
    var storeReaders = 2
    var gatherMilliseconds = 10
    var backplane = Backplane.local

    var limits = Limits()
    var policy = Policy()
    var tokens = TokenAuthority.Settings()
    var hostTokens = HostTokenSettings()
    var passwordIterations = PasswordRecord.defaultIterations

    var json = JSONGateway.Configuration()
    var phoenix = PhoenixGateway.Configuration()
    var phoenixMessageBytes = 65_536
    var webSocket = WebSocketLimits()
    var keepAlive = KeepAlive.Settings()

    var httpLimits = HTTPLimits()
    /// 0 for four fifths of the descriptor limit.
    var maxConnections = 0
    var backlog: Int32 = 4096
    var maxBodyBytes = 65_536
    var drainTimeout = TimeAmount.seconds(3)
    var allowedOrigins: [String] = []
    var trustedProxies: [String] = []

    var logLevel = Logger.Level.info
    var logFormat = LogFormat.text

    init() {}
}

extension ServerConfiguration {
    /// The file of the embedded store.
    var storePath: String {
        switch self.store {
        case .file(let path?): path
        case .file(nil): self.data + "/parley.db"
        }
    }

    /// The limits as the core takes them: where it knows no 0 for 'no bound', a number that is never reached.
    var coreLimits: Limits {
        var limits = self.limits
        if limits.roomsPerUser == 0 { limits.roomsPerUser = .max }
        if limits.membersPerRoom == 0 { limits.membersPerRoom = .max }
        return limits
    }
}

/// An address to listen on: `127.0.0.1:8080`, `[::1]:8080`, `:8080` for all addresses, `localhost:8080`.
struct ListenAddress: Sendable, Equatable {
    let host: String
    /// 0 for any free port.
    let port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        guard host.allSatisfy({ $0.isLetter || $0.isNumber || ".-:_%".contains($0) }) else { return nil }
        self.host = host.isEmpty ? "0.0.0.0" : host
        self.port = Int(port)
    }

    var text: String { self.host.contains(":") ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)" }
}

/// Where the store is.
enum StoreLocation: Sendable, Equatable {
    /// nil for `parley.db` in the data directory.
    case file(String?)
}

/// How the nodes of a cluster hear of each other's events.
enum Backplane: String, Sendable, CaseIterable {
    /// There is one node.
    case local
}

enum LogFormat: String, Sendable, CaseIterable {
    /// For people: one line of words.
    case text
    /// For programs: one JSON object per line.
    case json
}
