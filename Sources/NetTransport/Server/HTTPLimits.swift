import Glibc
package import NIOCore
import NIOHTTP1

/// What a client may send before anything of ours runs, and how long it may take.
package struct HTTPLimits: Sendable {
    /// Header fields of one request, trailers included. Default 64.
    package var maxHeaderFields = 64
    /// Bytes of all names and values. Default 16 KiB.
    package var maxHeaderBytes = 16_384
    /// Bytes of the request target, and of any one field. Default 8 KiB.
    package var maxRequestTargetBytes = 8_192
    /// From the connection's start to the end of its first head. Default 10 s.
    package var headTimeout = TimeAmount.seconds(10)
    /// For a route that decides later about a handshake (``WebSocketAdmission``); then it is answered with 503.
    /// Default 10 s.
    package var admissionTimeout = TimeAmount.seconds(10)
    /// Between requests, for a body that does not come, and for a response that is not read. Default 30 s.
    package var idleTimeout = TimeAmount.seconds(30)
    /// Open sockets, HTTP and WebSocket. Further ones wait in the listen queue. Default 80 % of the descriptor limit.
    package var maxConnections = HTTPLimits.defaultMaxConnections

    package init() {}

    /// 80 % of `RLIMIT_NOFILE`, at least 64.
    package static var defaultMaxConnections: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 819 }
        let files = Int(clamping: limit.rlim_cur)
        return max(64, files / 10 * 8)
    }

    var decoder: NIOHTTPDecoderLimitConfiguration {
        var configuration = NIOHTTPDecoderLimitConfiguration()
        configuration.maxHeaderFieldSize = maxRequestTargetBytes
        configuration.maxHeaderListSize = maxHeaderBytes
        configuration.maxHeaderFieldCount = maxHeaderFields
        return configuration
    }
}
