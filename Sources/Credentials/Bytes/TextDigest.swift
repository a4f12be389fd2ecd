import Crypto

/// Digests of texts, for what is compared or looked up without being kept itself.
package enum TextDigest {
    /// SHA-256 of a text's UTF-8 bytes, as 64 lower-case hexadecimal digits.
    package static func sha256(_ text: String) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var output: [UInt8] = []
        output.reserveCapacity(64)
        for byte in SHA256.hash(data: Array(text.utf8)) {
            output.append(digits[Int(byte >> 4)])
            output.append(digits[Int(byte & 15)])
        }
        return String(decoding: output, as: UTF8.self)
    }
}
