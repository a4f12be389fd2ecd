/// `/api/v1/dashboard`: what administrators see and do, and everybody's own record.
enum DashboardRoutes {
    static let base = "/api/v1/dashboard"

    static var all: [RESTRoute] { self.users + self.channels }
}
