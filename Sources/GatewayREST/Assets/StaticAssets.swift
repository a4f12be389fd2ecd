import HTTPTypes
import Hummingbird
import NIOCore
import WebAssets

/// The web client, as it was compiled into the binary.
///
/// Served by exact path from a fixed list: no request is ever turned into the name of a file.
struct StaticAssets {
    /// Nothing but our own files runs or is shown; sockets go to our own host, and while TLS may be ended by a proxy
    /// with either scheme.
    static let policy = """
        default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; \
        img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'
        """

    let routes: [RESTRoute]

    init() {
        var routes: [RESTRoute] = []
        for index in 0..<web_asset_count() {
            guard let pointer = web_asset_at(index) else { continue }
            let asset = StaticAsset(pointer)
            routes.append(asset.route(at: asset.path))
            if asset.path == "/index.html" { routes.append(asset.route(at: "/")) }
        }
        self.routes = routes
    }
}

/// One file of the web client.
///
/// `@unchecked Sendable`: the bytes are constants of the program, which nobody changes.
struct StaticAsset: @unchecked Sendable {
    let path: String
    private let contentType: String
    private let bytes: UnsafeBufferPointer<UInt8>
    private let entityTag: String

    init(_ asset: UnsafePointer<WebAsset>) {
        self.path = String(cString: asset.pointee.path)
        self.contentType = String(cString: asset.pointee.content_type)
        self.bytes = UnsafeBufferPointer(start: asset.pointee.bytes, count: asset.pointee.length)
        self.entityTag = "\"" + String(web_asset_digest(asset), radix: 16) + "\""
    }

    func route(at path: String) -> RESTRoute {
        RESTRoute(.get, path) { call in
            self.response(ifNoneMatch: call.request.headers[.ifNoneMatch])
        }
    }

    /// 304 without a body when the client has these bytes already (RFC 9110 §13.1.2).
    func response(ifNoneMatch: String?) -> Response {
        var headers: HTTPFields = [
            .eTag: self.entityTag, .contentSecurityPolicy: StaticAssets.policy,
            // The names stay the same from release to release: ask each time, and mostly hear 304.
            .cacheControl: "no-cache",
        ]
        if let ifNoneMatch, self.matches(ifNoneMatch) { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = self.contentType
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: self.bytes)))
    }

    private func matches(_ field: String) -> Bool {
        field.split(separator: ",").contains { entry in
            let tag = entry.trimmingBlanks()
            return tag == "*" || tag == self.entityTag || tag == "W/" + self.entityTag
        }
    }
}
