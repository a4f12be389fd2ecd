package import ChatCore
import HTTPTypes
package import Hummingbird
package import HummingbirdCore
package import Logging
import NIOCore
import NIOHTTP1
package import NetTransport

/// HTTP: the REST companion of the typed-JSON protocol (json-chat.md §1.10), health, metrics and the web client.
package struct RESTGateway: Sendable {
    package struct Configuration: Sendable {
        /// Bytes of a request's body at most; more gets 413.
        package var maxBodyBytes = 65_536
        /// What `parley version` prints, for the description of the API and the metrics.
        package var version = "0"

        package init() {}
    }

    private let service: ChatService
    private let configuration: Configuration
    private let clients: ClientAddressRule
    private let origins: AllowedOrigins
    private let counters: HTTPRequestCounters
    let routes: [RESTRoute]

    /// - Parameters:
    ///   - probe: What this gateway cannot know by itself: whether the node is ready, and what others have counted.
    ///   - operators: Checks the tokens of the command line.
    ///   - clients: Tells the client's address from the peer's.
    ///   - origins: The other sites that may call the API from a browser; may change while running.
    package init(
        service: ChatService, configuration: Configuration, probe: NodeProbe, operators: OperatorAuthority,
        clients: ClientAddressRule, origins: AllowedOrigins
    ) {
        self.service = service
        self.configuration = configuration
        self.clients = clients
        self.origins = origins
        let counters = HTTPRequestCounters()
        self.counters = counters
        let metrics = MetricsPage(
            service: service, probe: probe, requests: counters, version: configuration.version)
        let calls =
            AuthenticationRoutes.all + DashboardRoutes.all + RoomRoutes.all + SearchRoutes.all + DirectRoutes.all
            + SignalRoutes.all + OperatorRoutes.all(authority: operators)
        let description = APIDescription(calls: calls, version: configuration.version)
        self.routes =
            description.routes + HealthRoutes.all(probe: probe) + [metrics.route] + StaticAssets().routes
    }

    /// Answers a request of the HTTP transport.
    package func responder(logger: Logger) -> HTTPChannelHandler.Responder {
        let router = self.buildRouter().buildResponder()
        return { request, writer, channel in
            let context = RESTContext(source: .init(channel: channel, logger: logger))
            let response: Response
            do {
                response = try await router.respond(to: request, context: context)
            } catch let error as HTTPParserError {
                // The transport answers what is malformed.
                throw error
            } catch {
                response = RESTError(.internalServerError, "Internal Server Error").response
            }
            try await writer.write(response: response.head, body: response.body)
        }
    }

    /// The router alone, for tests.
    package func buildRouter() -> Router<RESTContext> {
        let router = Router(context: RESTContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(
            middleware: RESTMiddleware(origins: self.origins, counters: self.counters, routes: RouteIndex(self.routes)))
        let (service, clients, maxBodyBytes) = (self.service, self.clients, self.configuration.maxBodyBytes)
        for route in self.routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                let forwarded = request.headers[values: .xForwardedFor]
                return try await route.handler(
                    RESTCall(
                        request: request, parameters: context.parameters,
                        address: clients.address(peer: context.peer, forwardedFor: forwarded),
                        service: service, maxBodyBytes: maxBodyBytes))
            }
        }
        return router
    }
}

extension HTTPField.Name {
    static let xForwardedFor = HTTPField.Name("X-Forwarded-For") ?? .date
}
