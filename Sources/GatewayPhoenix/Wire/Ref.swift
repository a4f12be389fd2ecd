import NIOCore
import WireJSON

/// A `ref` or `join_ref` as the client wrote it: answers repeat it verbatim and with its JSON type
/// (phoenix-channels.md §1.4).
///
/// The string `"1"` and the number `1` are two refs.
enum Ref: Sendable {
    case null
    case string(String)
    /// Any other JSON value, as its text: `1`, `2.50`, `true`.
    case literal(String)

    /// The most bytes of a string's content or of another value's text. A message with a longer ref is undecodable:
    /// a channel keeps the ref of its join.
    static let maxBytes = 128

    var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// How the binary layouts write it (§1.7): without quotation marks, and nothing for null.
    var bareText: String {
        switch self {
        case .null: ""
        case .string(let text), .literal(let text): text
        }
    }
}

extension Ref: Equatable {
    /// Equal when both have the same type and the same bytes; `==` of strings takes other spellings of é for é.
    static func == (lhs: Ref, rhs: Ref) -> Bool {
        switch (lhs, rhs) {
        case (.null, .null): true
        case (.string(let left), .string(let right)), (.literal(let left), .literal(let right)):
            left.utf8.elementsEqual(right.utf8)
        case (.null, _), (.string, _), (.literal, _): false
        }
    }
}

extension Ref {
    /// Takes what stands at a ref's place in a document; nil when it is longer than ``maxBytes``.
    ///
    /// - Parameter text: the value's own text, asked for when it is neither a string nor null.
    init?(_ value: JSONValue, text: @autoclosure () -> ByteBuffer?) {
        switch value {
        case .null:
            self = .null
        case .string(let string):
            self.init(string: string)
        case .bool, .integer, .number, .array, .object:
            guard let text = text(), text.readableBytes <= Self.maxBytes else { return nil }
            self = .literal(String(buffer: text))
        }
    }

    /// nil when the string is longer than ``maxBytes``.
    init?(string: String) {
        guard string.utf8.count <= Self.maxBytes else { return nil }
        self = .string(string)
    }
}

extension JSONWriter {
    mutating func ref(_ ref: Ref) {
        switch ref {
        case .null: self.null()
        case .string(let text): self.string(text)
        case .literal(var text): text.withUTF8 { self.raw(UnsafeRawBufferPointer($0)) }
        }
    }
}
