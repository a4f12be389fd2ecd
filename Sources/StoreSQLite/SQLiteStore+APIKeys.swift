package import ChatCore
package import ChatModel

/// Keys of programs, and what they have claimed.
extension SQLiteStore {
    package func addAPIKey(_ key: APIKeyRecord) async throws(StoreError) {
        try await self.writer.write { (session) throws(StoreError) in try session.addAPIKey(key) }
    }

    package func apiKey(_ id: String) async throws(StoreError) -> APIKeyRecord? {
        try await self.readers.read { (connection) throws(StoreError) in try connection.apiKey(id) }
    }

    package func apiKeys() async throws(StoreError) -> [APIKeyRecord] {
        try await self.readers.read { (connection) throws(StoreError) in try connection.apiKeys() }
    }

    package func revokeAPIKey(named name: String, at: Timestamp) async throws(StoreError) -> APIKeyRecord {
        try await self.writer.write { (session) throws(StoreError) in try session.revokeAPIKey(named: name, at: at) }
    }

    package func noteUse(ofAPIKey id: String, at: Timestamp) async throws(StoreError) {
        try await self.writer.write { (session) throws(StoreError) in try session.noteUse(ofAPIKey: id, at: at) }
    }

    package func claim(_ claim: RequestClaim) async throws(StoreError) -> ClaimOutcome {
        try await self.writer.write { (session) throws(StoreError) in try session.claim(claim) }
    }
}
