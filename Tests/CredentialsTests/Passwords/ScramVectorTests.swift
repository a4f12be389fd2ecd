import Foundation
import Testing

@testable import Credentials

/// The example exchanges of RFC 5802 §5 and RFC 7677 §3.
@Suite struct ScramVectorTests {
    struct Exchange: Sendable {
        let hash: ScramHash
        let salt: String
        let authMessage: String
        let proof: String
        let signature: String
    }

    static let exchanges = [
        Exchange(
            hash: .sha1,
            salt: "QSXCR+Q6sek8bf92",
            authMessage: "n=user,r=fyko+d2lbbFgONRv9qkxdawL,"
                + "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096,"
                + "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j",
            proof: "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
            signature: "rmF9pqV8S7suAoZWja4dJRkFsKQ="
        ),
        Exchange(
            hash: .sha256,
            salt: "W22ZaJ0SNY7soEsUEjb6gQ==",
            authMessage: "n=user,r=rOprNGfwEbeRWgbNEkqO,"
                + "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
                + "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
            proof: "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            signature: "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
        ),
    ]

    @Test(arguments: exchanges)
    func proofOfTheRFCIsAcceptedAndAnsweredAsThere(exchange: Exchange) throws {
        let keys = try Self.keys(exchange)
        let proof = try Self.bytes(exchange.proof)
        let answer = keys.serverSignature(verifying: proof, authMessage: Array(exchange.authMessage.utf8))
        #expect(try answer == Self.bytes(exchange.signature))
    }

    @Test(arguments: exchanges)
    func otherProofsAndMessagesAreRefused(exchange: Exchange) throws {
        let keys = try Self.keys(exchange)
        let proof = try Self.bytes(exchange.proof)
        let message = Array(exchange.authMessage.utf8)
        for index in proof.indices {
            var wrong = proof
            wrong[index] ^= 1
            #expect(keys.serverSignature(verifying: wrong, authMessage: message) == nil)
        }
        #expect(keys.serverSignature(verifying: proof, authMessage: message + [0]) == nil)
        #expect(keys.serverSignature(verifying: [], authMessage: message) == nil)
        #expect(keys.serverSignature(verifying: proof + [0], authMessage: message) == nil)
        #expect(keys.serverSignature(verifying: proof.dropLast(), authMessage: message) == nil)
    }

    private static func keys(_ exchange: Exchange) throws -> ScramKeys {
        let password = try PreparedPassword("pencil")
        return try ScramKeys(password, hash: exchange.hash, salt: self.bytes(exchange.salt), iterations: 4096)
    }

    private static func bytes(_ base64: String) throws -> [UInt8] {
        Array(try #require(Data(base64Encoded: base64)))
    }
}
