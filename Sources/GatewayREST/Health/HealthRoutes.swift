import HTTPTypes
import Hummingbird
import WireJSON

/// `/healthz`: the process answers. `/readyz`: it can serve, or why not.
enum HealthRoutes {
    static func all(probe: NodeProbe) -> [RESTRoute] {
        [
            RESTRoute(.get, "/healthz") { _ in .json(["status": "alive"]) },
            RESTRoute(.get, "/readyz") { _ in
                switch await probe.readiness() {
                case .ready: .json(["status": "ready"])
                case .notReady(let reason):
                    .json(["status": "not ready", "reason": .string(reason)], status: .serviceUnavailable)
                }
            },
        ]
    }
}
