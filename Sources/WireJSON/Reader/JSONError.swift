/// Why a document is not read, and where.
package struct JSONError: Error, Sendable, Equatable {
    package enum Reason: String, Sendable, Equatable, CaseIterable {
        /// The document stops inside a value, or holds none.
        case unexpectedEnd
        /// A byte that no rule of the grammar allows here.
        case unexpectedByte
        /// Something other than white space follows the value.
        case trailingBytes
        /// A number that the grammar refuses, like `01`, `1.`, `-` or `.5`.
        case invalidNumber
        /// A number whose magnitude is beyond a `Double`.
        case numberOutOfRange
        /// An unescaped U+0000...U+001F in a string.
        case controlCharacter
        /// A backslash followed by something RFC 8259 §7 does not list.
        case invalidEscape
        /// A `\uD800`...`\uDFFF` that is not part of a pair.
        case loneSurrogate
        /// Bytes that are not well-formed UTF-8 (RFC 3629): overlong, surrogate, beyond U+10FFFF, cut off or stray.
        case invalidUTF8
        /// An object names the same key twice.
        case duplicateKey
        /// More nested containers than ``JSONLimits/maxDepth``.
        case tooDeep
        /// More members in an object than ``JSONLimits/maxKeys``.
        case tooManyKeys
        /// More values in the document than ``JSONLimits/maxElements``.
        case tooManyElements
        /// More bytes than ``JSONLimits/maxBytes``.
        case tooLarge
    }

    package let reason: Reason
    /// Bytes from the start of the document to the offending one: 0...count, count meaning "at the end".
    package let offset: Int

    init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension JSONError: CustomStringConvertible {
    /// For logs. Holds nothing of the document itself.
    package var description: String {
        "\(self.reason.rawValue) at byte \(self.offset)"
    }
}
