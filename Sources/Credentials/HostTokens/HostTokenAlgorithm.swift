/// How a host application may sign its tokens (RFC 7518 §3.1, RFC 8037 §3.1). `none` is not among them.
package enum HostTokenAlgorithm: String, Sendable, Hashable, CaseIterable {
    case hs256 = "HS256"
    case hs384 = "HS384"
    case hs512 = "HS512"
    case rs256 = "RS256"
    case es256 = "ES256"
    /// Ed25519 only.
    case edDSA = "EdDSA"

    /// The algorithms of shared secrets.
    static let symmetric: Set<HostTokenAlgorithm> = [.hs256, .hs384, .hs512]
}
