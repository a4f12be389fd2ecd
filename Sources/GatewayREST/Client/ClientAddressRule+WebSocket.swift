package import ChatCore
import NIOCore
import NIOHTTP1
package import NetTransport

extension ClientAddressRule {
    /// The address of a client that asks for a WebSocket, by the same rule as for every other request.
    package func address(of request: WebSocketRequest) -> ClientAddress {
        self.address(peer: request.remoteAddress?.ipAddress, forwardedFor: request.headers["x-forwarded-for"])
    }
}
