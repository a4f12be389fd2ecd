CREATE TABLE api_keys (
    id           TEXT    NOT NULL UNIQUE,
    name         TEXT    NOT NULL,
    -- one per line
    scopes       TEXT    NOT NULL,
    secret_hash  TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at   INTEGER
);
CREATE UNIQUE INDEX api_keys_by_name ON api_keys (name) WHERE revoked_at IS NULL;

-- Which requests have been made under an idempotency key.
CREATE TABLE request_claims (
    api_key         TEXT    NOT NULL,
    idempotency_key TEXT    NOT NULL,
    digest          TEXT    NOT NULL,
    at              INTEGER NOT NULL,
    PRIMARY KEY (api_key, idempotency_key)
) WITHOUT ROWID;
CREATE INDEX request_claims_by_time ON request_claims (at);

-- The one room of two users, by their numbers, the lesser first: a number outlives a renaming and tells no name when
-- an account is deleted.
CREATE TABLE direct_rooms (
    first  INTEGER NOT NULL,
    second INTEGER NOT NULL,
    room   INTEGER NOT NULL UNIQUE,
    PRIMARY KEY (first, second)
) WITHOUT ROWID;
