import HTTPTypes
import Hummingbird
import NIOCore
import WireJSON

extension Response {
    /// An answer in JSON that no cache keeps: it is somebody's, and it is now.
    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var writer = JSONWriter()
        writer.value(value)
        var fields = headers
        fields[.contentType] = "application/json"
        fields[.cacheControl] = "no-store"
        return Response(status: status, headers: fields, body: .init(byteBuffer: writer.takeBuffer()))
    }

    /// 204: done, nothing to say.
    static var nothing: Response {
        Response(status: .noContent, headers: [.cacheControl: "no-store"])
    }

    static func text(_ text: String, type: String, status: HTTPResponse.Status = .ok) -> Response {
        let headers: HTTPFields = [.contentType: type, .cacheControl: "no-store"]
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
