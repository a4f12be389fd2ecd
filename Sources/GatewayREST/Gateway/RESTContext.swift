package import Hummingbird
import NIOCore

/// What the router carries along with one request.
package struct RESTContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The address of the socket's other end: the client's, or a proxy's.
    let peer: String?

    package init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.peer = source.channel.remoteAddress?.ipAddress
    }
}
