"""What the suite sets and expects: the one place to change when a setting or a figure changes."""

# The server under test runs with every rate and every per-user or per-address bound switched off (0), else the
# generator's few accounts on one machine would measure the limits. Names as in docs/operations.md.
SERVER_ENVIRONMENT = {
    "PARLEY_LIMITS_MESSAGE_RATE": "0",
    "PARLEY_LIMITS_JOIN_RATE_PER_MIN": "0",
    "PARLEY_LIMITS_REQUEST_RATE": "0",
    "PARLEY_PHOENIX_PUSH_RATE": "0",
    "PARLEY_LIMITS_CONNECTIONS_PER_USER": "0",
    "PARLEY_LIMITS_CONNECTIONS_PER_ADDRESS": "0",
    "PARLEY_GUESTS_PER_ADDRESS": "0",
    "PARLEY_ROOMS_AUTO_CREATE_PER_HOUR": "0",
    "PARLEY_LIMITS_ROOMS_CREATED_PER_DAY": "0",
    "PARLEY_LOG_LEVEL": "warning",
    # A crash report takes seconds in which the port is dead; the exit status tells enough here.
    "SWIFT_BACKTRACE": "enable=no",
}

# Commands of the server's executable. They run in the folder that holds `data`, with PARLEY_DATA set to it.
ADD_ACCOUNT = ["user", "add", "{name}", "--password-stdin"]
ISSUE_TOKEN = ["token", "issue", "{name}", "--ttl", "12h"]
SERVE = ["serve", "--data", "{data}", "--http", "127.0.0.1:{port}"]
PASSWORD = "Bench-4711-pass"

# Which of the two fdatasync rates counts as "the disk's": `append` grows the file with every 4 KiB block, as a log does
# before it wraps; `overwrite` writes blocks that exist, as a write-ahead log does once it has wrapped. Both are printed.
FSYNC_BASE = "append"


# What Phoenix 1.8 itself took in `phoenix-room-1000`, as a multiple of the bare loop's CPU time per delivery.
PHOENIX_CPU_RATIO = 4.1


class Targets:
    """The figures to reach."""

    ROOM_CPU_RATIO = 1.3
    ROOM_MAX_PER_CORE = 1_000_000
    BIG_ROOM_P99_RATIO = 1.5
    SMALL_ROOMS_CPU_RATIO = 1.5
    CONNECTION_BYTES = 6 * 1024
    DURABLE_MANY_RATIO = 10
    DURABLE_ONE_RATIO = 0.8
    JOINS_PER_S = 5000
    PAGES_PER_S = 2000
    PAGES_P99_MS = 10
    EMPTY_RSS_BYTES = 30 * 1024 * 1024
    RESTART_S = 0.3

    # The rooms of Phoenix clients have the targets of the JSON rooms; the other figures are these.
    PHOENIX_SHARE_OF_UPSTREAM = 1 / 3
    PHOENIX_CHANNEL_BYTES = 7 * 1024
    PHOENIX_JOINS_PER_S = 10_000
