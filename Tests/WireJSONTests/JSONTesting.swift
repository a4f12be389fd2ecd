import NIOCore
import WireJSON

func read(_ text: String, limits: JSONLimits = .standard) throws(JSONError) -> JSONValue {
    try JSONReader.read(Array(text.utf8), limits: limits)
}

/// The error that reading `bytes` ends in; nil when they are read.
func errorReading(_ bytes: [UInt8], limits: JSONLimits = .standard) -> JSONError? {
    do {
        _ = try JSONReader.read(bytes, limits: limits)
        return nil
    } catch {
        return error
    }
}

func errorReading(_ text: String, limits: JSONLimits = .standard) -> JSONError? {
    errorReading(Array(text.utf8), limits: limits)
}

/// What a writer wrote, as text.
func written(_ body: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    body(&writer)
    return String(buffer: writer.takeBuffer())
}
