"""The scenarios of Phoenix clients: the rooms, memory and joins again, over `/socket/websocket` with `vsn=2.0.0`."""

from . import scenarios
from .report import Row, count, ms
from .scenarios import scenario
from .settings import PHOENIX_CPU_RATIO, Targets

# The senders are accounts, all others guests: each connection is a user of its own.
LOBBY = {"protocol": "phoenix", "topic": "room:lobby", "guests": True}


@scenario("phoenix-room-1000", "Phoenix: one room of 1,000, 10 messages/s: server CPU per delivery")
def room(run):
    pairs = scenarios.room_pairs(run, "phoenix-room-1000", **LOBBY)
    row = scenarios.cpu_row("Phoenix: one room of 1,000, 10 messages/s", pairs, Targets.ROOM_CPU_RATIO)
    share = scenarios.middle_ratio(pairs, "cpu_us_per_delivery") / PHOENIX_CPU_RATIO
    row.met = row.met and share <= Targets.PHOENIX_SHARE_OF_UPSTREAM
    row.note += (f"; {share * 100:.0f} % of the {PHOENIX_CPU_RATIO} × that Phoenix took, of which "
                 f"{Targets.PHOENIX_SHARE_OF_UPSTREAM * 100:.0f} % are allowed")
    return [row]


@scenario("phoenix-room-max", "Phoenix: one room of 1,000, as fast as it goes with p99 < 250 ms")
def room_max(run):
    return [scenarios.max_row(
        run, "phoenix-room-max", "Phoenix: one room of 1,000, as fast as it goes, p99 < 250 ms", **LOBBY)]


@scenario("phoenix-room-10000", "Phoenix: one room of 10,000, 2 messages/s: p99 against the bare loop")
def big_room(run):
    return [scenarios.p99_row(run, "phoenix-room-10000", "Phoenix: one room of 10,000, 2 messages/s: p99", **LOBBY)]


@scenario("phoenix-memory", "Phoenix: server RSS of a connection that has joined a channel, each a guest")
def memory(run):
    return [scenarios.memory_row(
        run, "phoenix-memory", "Phoenix: memory of a joined connection, each a guest", "`room:lobby`",
        Targets.PHOENIX_CHANNEL_BYTES, anonymous=True, **LOBBY)]


def joins_row(run, topic, who):
    connections = 4000 if run.quick else 8000
    with run.subject.running() as server:
        r = run.load("phoenix-joins", server, "joins", anonymous=True, protocol="phoenix", topic=topic,
                     connections=connections, in_flight=128, rounds=3)
    note = (f"{connections:,} connections, 128 at a time, all staying: rounds of {r['rounds']}/s after a first of "
            f"{count(r['first_joins_per_s'])}/s; p99 {ms(r['p99_ms'])}, {r['server_cpu_us_per_join']:.0f} µs CPU each; the server "
            f"got {r['server_cpu_share']:.2f} cores, the generator {r['generator_cpu_share']:.2f}")
    return Row(f"Phoenix: connects and joins of `{topic}` as {who}", f"{count(r['joins_per_s'])}/s",
               target=f"≥ {count(Targets.PHOENIX_JOINS_PER_S)}/s", met=r["joins_per_s"] >= Targets.PHOENIX_JOINS_PER_S, note=note)


@scenario("phoenix-joins", "Phoenix: connects and joins a second without login, anonymous and as guests")
def joins(run):
    return [joins_row(run, "user:public", "nobody"), joins_row(run, "room:lobby", "a guest")]
