-- Users are known by a small number inside the database, so that an event row carries 2 bytes and not a name.
-- AUTOINCREMENT: the number of a forgotten guest must never come to mean somebody else.
CREATE TABLE users (
    no             INTEGER PRIMARY KEY AUTOINCREMENT,
    id             TEXT    NOT NULL UNIQUE,
    username       TEXT    NOT NULL,
    display_name   TEXT    NOT NULL,
    is_guest       INTEGER NOT NULL,
    -- 0 seen in an event but without an account, 1 account, 2 deleted
    state          INTEGER NOT NULL,
    -- a guest who became an account: whose everything is now that has his number
    moved_to       INTEGER,
    has_messages   INTEGER NOT NULL DEFAULT 0,
    role           TEXT    NOT NULL DEFAULT 'user',
    -- one name per line
    host_roles     TEXT    NOT NULL DEFAULT '',
    password       TEXT,
    created_at     INTEGER NOT NULL,
    last_seen_at   INTEGER,
    is_disabled    INTEGER NOT NULL DEFAULT 0,
    generation     INTEGER NOT NULL DEFAULT 1,
    log_epoch      TEXT    NOT NULL,
    log_seq        INTEGER NOT NULL DEFAULT 0
);
-- What a purge looks through: those who leave nothing behind.
CREATE INDEX users_forgettable ON users (coalesce(last_seen_at, created_at))
    WHERE has_messages = 0 AND ((state = 1 AND is_guest = 1) OR state = 0);

-- Ids of deleted accounts whose row has been renamed; nobody gets them again.
CREATE TABLE retired_ids (id TEXT PRIMARY KEY) WITHOUT ROWID;

-- Deleted accounts whose reactions, and messages if they are to go, are still being erased.
CREATE TABLE pending_erasures (
    user             INTEGER PRIMARY KEY,
    removes_messages INTEGER NOT NULL
);

-- Guests who became accounts, while their messages still bear their old number.
CREATE TABLE pending_moves (
    guest   INTEGER PRIMARY KEY,
    account INTEGER NOT NULL
);

CREATE TABLE revoked_tokens (id TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE rooms (
    no                 INTEGER PRIMARY KEY,
    id                 TEXT    NOT NULL UNIQUE,
    number             INTEGER NOT NULL UNIQUE,
    -- 1 when the server chose the number
    is_number_assigned INTEGER NOT NULL,
    kind               TEXT    NOT NULL,
    creator            INTEGER,
    created_at         INTEGER NOT NULL,
    alias              TEXT,
    title              TEXT    NOT NULL,
    topic              TEXT    NOT NULL,
    access             TEXT    NOT NULL,
    history_visibility TEXT    NOT NULL,
    -- 0 for ever, 1 days, 2 newest messages
    retention          INTEGER NOT NULL,
    retention_amount   INTEGER NOT NULL,
    slow_mode          INTEGER NOT NULL,
    members_invite     INTEGER NOT NULL,
    epoch              TEXT    NOT NULL,
    version            INTEGER NOT NULL DEFAULT 0,
    -- active and muted ones
    member_count       INTEGER NOT NULL DEFAULT 0,
    -- alias and title, folded, for searching
    search_text        TEXT    NOT NULL,
    deleted_at         INTEGER
);
CREATE INDEX rooms_assigned ON rooms (number) WHERE is_number_assigned = 1;
CREATE INDEX rooms_retained ON rooms (no) WHERE retention <> 0;
CREATE INDEX rooms_deleted ON rooms (no) WHERE deleted_at IS NOT NULL;

-- Where a room's log stands. Apart from rooms, because it changes with every batch and is small.
CREATE TABLE heads (
    room            INTEGER PRIMARY KEY,
    first_seq       INTEGER NOT NULL DEFAULT 1,
    last_seq        INTEGER NOT NULL DEFAULT 0,
    last_archive_id INTEGER NOT NULL DEFAULT 0,
    -- message rows between first_seq and last_seq, tombstones too
    messages        INTEGER NOT NULL DEFAULT 0
);

-- Folded alias → its room; freed_at is set while a given-up alias rests.
CREATE TABLE aliases (
    name     TEXT PRIMARY KEY,
    room     INTEGER NOT NULL,
    freed_at INTEGER
) WITHOUT ROWID;
CREATE INDEX aliases_by_room ON aliases (room);

CREATE TABLE members (
    room       INTEGER NOT NULL,
    user       INTEGER NOT NULL,
    role       TEXT    NOT NULL,
    status     TEXT    NOT NULL,
    joined_at  INTEGER NOT NULL,
    joined_seq INTEGER NOT NULL,
    until      INTEGER,
    reason     TEXT    NOT NULL,
    by_user    INTEGER,
    PRIMARY KEY (room, user)
) WITHOUT ROWID;
CREATE INDEX members_by_user ON members (user, room);

-- key = room number << 36 | seq: one b-tree holds a room's events side by side, in order, with their content.
CREATE TABLE events (
    key        INTEGER PRIMARY KEY,
    -- 0 message, 1 edited, 2 retracted, 3 reaction added, 4 reaction removed, 5 membership, 6 settings, 7 deleted
    kind       INTEGER NOT NULL,
    actor      INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    archive_id INTEGER NOT NULL,
    -- of a message and its edits: 16 bytes
    message_id BLOB,
    -- of what a retraction or reaction is about
    target_id  BLOB,
    client_id  TEXT,
    -- text of a message or edit, reason of a retraction, emote
    body       TEXT,
    reply_to   BLOB,
    -- user numbers with spaces between
    mentions   TEXT,
    metadata   TEXT,
    version    INTEGER,
    edited_at  INTEGER,
    -- 1 retracted, 2 has reactions
    flags      INTEGER NOT NULL DEFAULT 0
);
-- Message ids begin with their time, so this grows at its end. With the actor in it, one scan finds an author's
-- messages; an index of its own by author would cost one more scattered page for every message.
CREATE INDEX events_by_message ON events (message_id, kind, actor) WHERE message_id IS NOT NULL;

CREATE TABLE membership_events (
    key        INTEGER PRIMARY KEY,
    user       INTEGER NOT NULL,
    action     TEXT    NOT NULL,
    role       TEXT    NOT NULL,
    status     TEXT    NOT NULL,
    joined_at  INTEGER NOT NULL,
    joined_seq INTEGER NOT NULL,
    until      INTEGER,
    reason     TEXT    NOT NULL,
    by_user    INTEGER,
    duration   INTEGER
);

CREATE TABLE settings_events (
    key                INTEGER PRIMARY KEY,
    alias              TEXT,
    title              TEXT    NOT NULL,
    topic              TEXT    NOT NULL,
    access             TEXT    NOT NULL,
    history_visibility TEXT    NOT NULL,
    retention          INTEGER NOT NULL,
    retention_amount   INTEGER NOT NULL,
    slow_mode          INTEGER NOT NULL,
    members_invite     INTEGER NOT NULL
);

-- seq is that of the event that added the reaction: the order of reacting.
CREATE TABLE reactions (
    message INTEGER NOT NULL,
    emote   TEXT    NOT NULL,
    seq     INTEGER NOT NULL,
    user    INTEGER NOT NULL,
    PRIMARY KEY (message, emote, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX reactions_by_user ON reactions (user, message, emote);

CREATE TABLE reaction_totals (
    message   INTEGER NOT NULL,
    emote     TEXT    NOT NULL,
    total     INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    PRIMARY KEY (message, emote)
) WITHOUT ROWID;

CREATE TABLE mentions (
    user INTEGER NOT NULL,
    room INTEGER NOT NULL,
    seq  INTEGER NOT NULL,
    PRIMARY KEY (user, room, seq)
) WITHOUT ROWID;

CREATE TABLE read_marks (
    user INTEGER NOT NULL,
    room INTEGER NOT NULL,
    seq  INTEGER NOT NULL,
    PRIMARY KEY (user, room)
) WITHOUT ROWID;

CREATE TABLE user_events (
    user         INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    -- read mark: room and mark; profile: display_name
    room         INTEGER,
    mark         INTEGER,
    display_name TEXT,
    PRIMARY KEY (user, seq)
) WITHOUT ROWID;

-- Which event a client id has made. Client ids are random, so one tree of all would dirty a page for every message;
-- generations of a thousand keep the written part small and are dropped whole when their time is over.
CREATE TABLE idempotency_generations (
    no        INTEGER PRIMARY KEY AUTOINCREMENT,
    opened_at INTEGER NOT NULL,
    -- the newest key's time; absent while it is open and after a crash
    last_at   INTEGER
);
CREATE TABLE idempotency_keys (
    generation INTEGER NOT NULL,
    -- of the user's number and the client id; the event itself tells whether it is the same
    hash       INTEGER NOT NULL,
    event      INTEGER NOT NULL,
    PRIMARY KEY (generation, hash, event)
) WITHOUT ROWID;

CREATE TABLE audit (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    actor    TEXT    NOT NULL,
    action   TEXT    NOT NULL,
    room     TEXT,
    target   TEXT,
    reason   TEXT    NOT NULL,
    duration INTEGER
);
CREATE INDEX audit_by_room ON audit (room, id);
