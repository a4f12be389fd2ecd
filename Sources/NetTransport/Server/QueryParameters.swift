/// The names and values of a query string (`application/x-www-form-urlencoded`), in the order in which they came.
package struct QueryParameters: Sendable, Equatable {
    package struct Parameter: Sendable, Equatable {
        package let name: String
        /// Empty without a `=`.
        package let value: String
    }

    /// Why a query cannot be read.
    package enum Failure: Error, Equatable {
        /// More than ``QueryParameters/maxBytes``.
        case tooLong
        /// More than ``QueryParameters/maxCount``.
        case tooMany
        /// A `%` without two hexadecimal digits, or bytes that are not UTF-8.
        case malformed
    }

    /// Bytes of a whole query, encoded.
    package static let maxBytes = 8_192
    /// Parameters of one query. Empty ones, as in `a&&b`, do not count.
    package static let maxCount = 64

    /// Decoded. Brackets in names mean nothing here.
    package let all: [Parameter]

    /// - Parameter query: Without the question mark.
    package init(_ query: some StringProtocol) throws(Failure) {
        guard query.utf8.count <= Self.maxBytes else { throw .tooLong }
        var all: [Parameter] = []
        for field in query.utf8.split(separator: UInt8(ascii: "&")) {
            guard all.count < Self.maxCount else { throw .tooMany }
            let mark = field.firstIndex(of: UInt8(ascii: "="))
            let value = mark.map { field[$0...].dropFirst() }
            all.append(
                Parameter(
                    name: try Self.decoded(field[..<(mark ?? field.endIndex)]),
                    value: try value.map { bytes throws(Failure) in try Self.decoded(bytes) } ?? ""
                )
            )
        }
        self.all = all
    }

    /// The value of the last parameter of this name; `nil` when there is none.
    package subscript(name: String) -> String? {
        all.last { $0.name == name }?.value
    }

    private static func decoded(_ text: some Sequence<UInt8>) throws(Failure) -> String {
        var bytes: [UInt8] = []
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "+"):
                bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else {
                    throw .malformed
                }
                bytes.append(high << 4 | low)
            default:
                bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else { throw .malformed }
        return decoded
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
