"""Names of the server's settings as these tests use them, each in one place.

The server maps every configuration key `a.b_c` to the environment variable `PARLEY_A_B_C`. A rate or a
count of 0 switches that limit off.
"""

MESSAGE_RATE = "limits.message_rate"  # messages per second and connection, steady
MESSAGE_BURST = "limits.message_burst"
JOIN_RATE = "limits.join_rate_per_min"
REQUEST_RATE = "limits.request_rate"  # everything that is neither message nor join
BROADCAST_RATE = "limits.broadcast_rate"  # what is told those present and not kept
SIGNAL_RATE = "limits.signal_rate"  # signals per second and API key, steady
SIGNAL_BURST = "limits.signal_burst"
ROOMS_PER_USER = "limits.rooms_per_user"
ROOMS_PER_DAY = "limits.rooms_created_per_day"
TYPING_INTERVAL = "limits.typing_interval_s"
CONNECTIONS_PER_USER = "limits.connections_per_user"
CONNECTIONS_PER_ADDRESS = "limits.connections_per_address"
SIGNUP = "accounts.signup"  # open | invite | closed
SIGNUP_PER_HOUR = "accounts.signup_per_hour"
PASSWORD_ITERATIONS = "accounts.password_iterations"
GUESTS_ENABLED = "guests.enabled"
GUESTS_PER_ADDRESS = "guests.per_address"
AUTO_CREATE = "rooms.auto_create"
AUTO_CREATE_PER_HOUR = "rooms.auto_create_per_hour"
STRICT = "json.strict"
KICK_COOLDOWN = "json.kick_cooldown_s"
HISTORY_ON_JOIN = "json.history_on_join"
GRACE = "json.grace_s"
HELLO_TIMEOUT = "json.hello_timeout_s"
MAX_MESSAGE_BYTES = "websocket.max_message_bytes"
PING_INTERVAL = "websocket.ping_interval_s"
PHOENIX_IDLE = "phoenix.idle_timeout_s"  # seconds without inbound bytes until a socket is closed
PHOENIX_PUSH_RATE = "phoenix.push_rate"  # messages per second and socket, steady
LONGPOLL_WINDOW = "phoenix.longpoll_window_s"  # seconds that a poll waits; a session ends after 1.5 of them
REQUEST_EVENT = "phoenix.request_event"  # event name of PhoenixGenApi requests
PRESENCE_DETAIL = "limits.presence_detail"  # present users up to which a room lists each of them
DURABILITY = "store.durability"  # full | relaxed
LEEWAY = "auth.leeway_s"
JWT_SECRET = "auth.jwt.secret"
JWT_SECRET_FILE = "auth.jwt.secret_file"
JWT_JWKS_FILE = "auth.jwt.jwks_file"
JWT_ALGORITHMS = "auth.jwt.algorithms"
JWT_ISSUER = "auth.jwt.issuer"
JWT_AUDIENCE = "auth.jwt.audience"
JWT_CREATE_ACCOUNTS = "auth.jwt.create_accounts"
JWT_LEEWAY = "auth.jwt.leeway_s"

# Rates belong to the tests that test them; everywhere else they would only make tests wait. So would the time that
# a password hash is meant to take.
UNLIMITED = {
    MESSAGE_RATE: 0,
    JOIN_RATE: 0,
    REQUEST_RATE: 0,
    BROADCAST_RATE: 0,
    PHOENIX_PUSH_RATE: 0,
    ROOMS_PER_USER: 0,
    ROOMS_PER_DAY: 0,
    CONNECTIONS_PER_USER: 0,
    CONNECTIONS_PER_ADDRESS: 0,
    SIGNUP_PER_HOUR: 0,
    GUESTS_PER_ADDRESS: 0,
    AUTO_CREATE_PER_HOUR: 0,
    LEEWAY: 0,
    GRACE: 1,
    PASSWORD_ITERATIONS: 4096,
}


def variable(key: str) -> str:
    """The environment variable of a configuration key."""
    return "PARLEY_" + key.upper().replace(".", "_")


def environment(settings: dict[str, object]) -> dict[str, str]:
    """The environment that carries `settings`; booleans are written the YAML way."""
    return {variable(key): _text(value) for key, value in settings.items()}


def yaml(settings: dict[str, object]) -> str:
    """A configuration file with `settings`: dotted keys become one level of nesting."""
    lines: list[str] = []
    groups: dict[str, list[str]] = {}
    for key, value in settings.items():
        group, _, name = key.rpartition(".")
        if group:
            groups.setdefault(group, []).append(f"  {name}: {_text(value)}")
        else:
            lines.append(f"{name}: {_text(value)}")
    for group, entries in groups.items():
        lines += [f"{group}:", *entries]
    return "\n".join(lines) + "\n"


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
