/// A token cut at its dots (RFC 7515 §3.1): three segments, none of them empty.
struct TokenSegments {
    let header: ArraySlice<UInt8>
    let payload: ArraySlice<UInt8>
    let signature: ArraySlice<UInt8>
    /// Header, dot and payload: what the signature covers.
    let signed: ArraySlice<UInt8>

    /// nil for another number of segments and for empty ones.
    init?(_ token: [UInt8]) {
        let parts = token.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.header = parts[0]
        self.payload = parts[1]
        self.signature = parts[2]
        self.signed = token[..<parts[1].endIndex]
    }
}
