import ChatCore
import ChatModel

/// Idempotency keys of requests that programs make.
extension WriteSession {
    /// Claims dropped in one transaction.
    private static let claimsPerStep = 500

    func claim(_ claim: RequestClaim) throws(StoreError) -> ClaimOutcome {
        if let digest = try self.connection.claimedDigest(claim) {
            return digest == claim.digest ? .repeated : .different
        }
        let statement = try self.connection.statement(
            "INSERT INTO request_claims (api_key, idempotency_key, digest, at) VALUES (?1, ?2, ?3, ?4)")
        statement.bind(1, claim.apiKey)
        statement.bind(2, claim.idempotencyKey)
        statement.bind(3, claim.digest)
        statement.bind(4, claim.at)
        try statement.run()
        return .first
    }

    /// Drops some claims that were made at or before `time`; false when there was none left.
    func dropClaims(through time: Timestamp) throws(StoreError) -> Bool {
        let statement = try self.connection.statement(
            """
            DELETE FROM request_claims WHERE (api_key, idempotency_key) IN
                (SELECT api_key, idempotency_key FROM request_claims WHERE at <= ?1 LIMIT ?2)
            """)
        statement.bind(1, time)
        statement.bind(2, Self.claimsPerStep)
        let changes = self.connection.totalChanges
        try statement.run()
        return self.connection.totalChanges != changes
    }
}

extension Connection {
    fileprivate func claimedDigest(_ claim: RequestClaim) throws(StoreError) -> String? {
        let statement = try self.statement(
            "SELECT digest FROM request_claims WHERE api_key = ?1 AND idempotency_key = ?2")
        defer { statement.reset() }
        statement.bind(1, claim.apiKey)
        statement.bind(2, claim.idempotencyKey)
        return try statement.step() ? statement.text(0) : nil
    }
}
