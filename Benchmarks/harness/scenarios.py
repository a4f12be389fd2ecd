"""What is measured. Each scenario is a function from a `Run` to rows of the table."""

import json
import statistics
import threading
import time

from . import settings
from .programs import BenchError, Loadgen, log
from .report import Row, count, ms, size, times
from .servers import Bare, is_ready, says_hello
from .settings import Targets

ALL = {}


def scenario(name, text):
    """Registers a scenario under its name on the command line."""

    def register(function):
        ALL[name] = (text, function)
        return function

    return register


class Run:
    """The settings of one call of the suite, and everything it measured."""

    def __init__(self, subject, rounds, quick):
        self.subject = subject
        self.rounds = rounds
        self.quick = quick
        self.loadgen = Loadgen(subject.token_file)
        self.results = []

    def keep(self, name, result):
        result["scenario"] = name
        self.results.append(result)
        return result

    def load(self, name, server, mode, **arguments):
        result = self.keep(name, self.loadgen.run(server, mode, **arguments))
        log("    " + json.dumps({key: value for key, value in result.items() if key != "steps"}))
        return result

    def interleaved(self, name, rounds, **arguments):
        """Pairs of results of Parley and of the bare loop, taken in turn, the bare loop sending frames of Parley's size."""
        pairs = []
        with self.subject.running() as server:
            bare = None
            try:
                for number in range(rounds):
                    log(f"  {name}: round {number + 1} of {rounds}")
                    ours = self.load(name, server, "fanout", **arguments)
                    if bare is None:
                        bare = Bare(server.folder, round(ours["frame_bytes"])).start()
                    with server.held():
                        pairs.append((ours, self.load(name, bare, "fanout", **arguments)))
            finally:
                if bare:
                    bare.stop()
        return pairs


def middle(pairs, side, key):
    return statistics.median(pair[side][key] for pair in pairs)


def middle_ratio(pairs, key):
    return statistics.median(pair[0][key] / max(pair[1][key], 1e-9) for pair in pairs)


def exactness(pairs):
    """What the count of deliveries says, in words; a result with too few is no result."""
    wrong = sum(pair[0]["mismatched_clients"] for pair in pairs)
    missing = sum(max(0, pair[0]["expected"] - pair[0]["deliveries"]) for pair in pairs)
    total = sum(pair[0]["expected"] for pair in pairs)
    frame = middle(pairs, 0, "frame_bytes")
    return (f"{count(total)} deliveries expected, {missing} missing, {wrong} clients with a different count; "
            f"frames of {frame:.0f} bytes")


def all_delivered(pairs):
    return all(pair[0]["deliveries"] >= pair[0]["expected"] and not pair[0]["mismatched_clients"] for pair in pairs)


def cpu_row(what, pairs, target):
    ours, limit = middle(pairs, 0, "cpu_us_per_delivery"), middle(pairs, 1, "cpu_us_per_delivery")
    ratio = middle_ratio(pairs, "cpu_us_per_delivery")
    return Row(
        what, f"{ours:.2f} µs CPU per delivery", f"bare {limit:.2f} µs", times(ratio), f"≤ {times(target)}",
        ratio <= target and all_delivered(pairs),
        f"{exactness(pairs)}; p99 {ms(middle(pairs, 0, 'p99_ms'))}, bare {ms(middle(pairs, 1, 'p99_ms'))}")


def room_pairs(run, name, **arguments):
    """One room of 1,000 at 10 messages/s, with the further arguments of the load generator."""
    arguments |= {"rooms": 1, "members": 1000, "rate": 10, "seconds": 5 if run.quick else 15, "warmup": 2}
    return run.interleaved(name, run.rounds, **arguments)


@scenario("room", "one room of 1,000, 10 messages/s: server CPU per delivery")
def room(run):
    pairs = room_pairs(run, "room")
    return [cpu_row("one room of 1,000, 10 messages/s", pairs, Targets.ROOM_CPU_RATIO)]


def max_row(run, name, what, **arguments):
    """The highest rate of one room of 1,000, with the further arguments of the load generator."""
    rounds = 1 if run.quick else 2
    arguments |= {"rooms": 1, "members": 1000, "senders": 10, "max": True, "seconds": 2 if run.quick else 4, "warmup": 1}
    pairs = run.interleaved(name, rounds, **arguments)
    gathering = Bare(run.subject.folder, round(middle(pairs, 0, "frame_bytes")), name="bare-gathering", gather=True)
    try:
        gathered = run.load(name, gathering.start(), "fanout", **arguments)["deliveries_per_s"]
    finally:
        gathering.stop()
    best, limit = (max((pair[side] for pair in pairs), key=lambda r: r["deliveries_per_s"]) for side in (0, 1))
    rate, share = best["deliveries_per_s"], best["server_cpu_share"]
    note = (f"the server got {share:.2f} cores, the generator {best['generator_cpu_share']:.2f}; p99 {ms(best['p99_ms'])} at "
            f"{best['rate']:,.0f} messages/s; bare had {limit['server_cpu_share']:.2f} cores and p99 {ms(limit['p99_ms'])}, and "
            f"with gathering {count(gathered)}/s; {exactness(pairs)}. Judged by deliveries per second of server CPU")
    return Row(
        what, f"{count(rate)} deliveries/s; {count(best['deliveries_per_cpu_s'])} per core",
        f"bare {count(limit['deliveries_per_s'])}/s; {count(limit['deliveries_per_cpu_s'])} per core",
        times(rate / limit["deliveries_per_s"]), f"≥ {count(Targets.ROOM_MAX_PER_CORE)} per core",
        best["deliveries_per_cpu_s"] >= Targets.ROOM_MAX_PER_CORE and all_delivered(pairs), note)


@scenario("room-max", "one room of 1,000, as fast as it goes with p99 < 250 ms")
def room_max(run):
    return [max_row(run, "room-max", "one room of 1,000, as fast as it goes, p99 < 250 ms")]


def p99_row(run, name, what, **arguments):
    """The latency in one room of 10,000, with the further arguments of the load generator."""
    arguments |= {"rooms": 1, "members": 10000, "rate": 2, "seconds": 6 if run.quick else 20, "warmup": 2}
    pairs = run.interleaved(name, run.rounds, **arguments)
    ratio = middle_ratio(pairs, "p99_ms")
    ours, bare = (middle(pairs, side, "cpu_us_per_delivery") for side in (0, 1))
    cpu = f"CPU per delivery {ours:.2f} µs, bare {bare:.2f} µs"
    return Row(
        what, ms(middle(pairs, 0, "p99_ms")), f"bare {ms(middle(pairs, 1, 'p99_ms'))}",
        times(ratio), f"≤ {times(Targets.BIG_ROOM_P99_RATIO)}",
        ratio <= Targets.BIG_ROOM_P99_RATIO and all_delivered(pairs), f"{exactness(pairs)}; {cpu}")


@scenario("big-room", "one room of 10,000, 2 messages/s: p99 against the bare loop")
def big_room(run):
    return [p99_row(run, "big-room", "one room of 10,000, 2 messages/s: p99")]


@scenario("small-rooms", "200 rooms of 10, 500 messages/s: server CPU per delivery")
def small_rooms(run):
    pairs = run.interleaved(
        "small-rooms", run.rounds, rooms=200, members=10, rate=500, seconds=5 if run.quick else 15, warmup=2)
    return [cpu_row("200 rooms of 10, 500 messages/s", pairs, Targets.SMALL_ROOMS_CPU_RATIO)]


def memory_row(run, name, what, where, target, **arguments):
    """What a silent joined connection costs; `where` says in words which rooms the further arguments make them join."""
    connections = 2000 if run.quick else 5000
    with run.subject.running() as server:
        time.sleep(2)
        r = run.load(name, server, "memory", connections=connections, seconds=5, **arguments)
    per = r["rss_per_connection"]
    note = (f"RSS {size(r['rss_before'])} before, {size(r['rss_after'])} with {connections:,} joined in {where}; "
            f"{r['rss_slope_per_connection']:,.0f} bytes each after the first fifth")
    return Row(what, f"{per:,.0f} bytes", target=f"≤ {target:,} bytes", met=per <= target, note=note)


@scenario("memory", "server RSS of a joined connection: accounts with many connections, and a guest for each")
def memory(run):
    return [
        memory_row(run, "memory", f"memory of a joined connection, {who}", "rooms of 50", Targets.CONNECTION_BYTES, members=50,
                   guests=guests)
        for who, guests in (("few accounts", False), ("each a guest", True))]


def durable_row(run, what, senders, outstanding, target):
    seconds, runs, disk = 3 if run.quick else 6, [], []
    chosen, left = ("append", "overwrite") if settings.FSYNC_BASE == "append" else ("overwrite", "append")
    with run.subject.running() as server:

        def measure_disk():
            disk.append(run.load("durable", None, "fsyncrate", directory=server.folder, seconds=4))

        measure_disk()
        for _ in range(run.rounds):
            runs.append(run.load("durable", server, "durable", connections=senders, outstanding=outstanding, seconds=seconds))
            measure_disk()

    def limit(kind):
        """For each run the mean of the disk's rate before and after it."""
        return [(before[f"{kind}_per_s"] + after[f"{kind}_per_s"]) / 2 for before, after in zip(disk, disk[1:])]

    def over(kind):
        return statistics.median(r["acks_per_s"] / rate for r, rate in zip(runs, limit(kind)))

    def typical(key):
        return statistics.median(r[key] for r in runs)

    note = (f"fdatasync of 4 KiB, {chosen}; against {left} ({count(statistics.median(limit(left)))}/s) the ratio is "
            f"{over(left):.2f}. Acknowledged in {ms(typical('ack_p50_ms'))} (p99 {ms(typical('ack_p99_ms'))}), "
            f"{typical('server_cpu_us_per_message'):.0f} µs CPU each")
    return Row(what, f"{count(typical('acks_per_s'))} messages/s", f"disk {count(statistics.median(limit(chosen)))} fsyncs/s",
               times(over(chosen)), f"≥ {times(target)}", over(chosen) >= target, note)


@scenario("durable", "acknowledged messages against the disk's fsync rate: 10 senders × 20 outstanding, and 1 × 1")
def durable(run):
    return [durable_row(run, "durable, 10 senders × 20 outstanding", 10, 20, Targets.DURABLE_MANY_RATIO),
            durable_row(run, "durable, 1 sender × 1 outstanding", 1, 1, Targets.DURABLE_ONE_RATIO)]


@scenario("joins", "connect, hello with a token and join, a second")
def joins(run):
    connections = 4000 if run.quick else 8000
    with run.subject.running() as server:
        r = run.load("joins", server, "joins", connections=connections, members=10, in_flight=128, rounds=3)
    note = (f"{connections:,} connections in rooms of 10, 128 at a time, all staying: rounds of {r['rounds']}/s after a first of "
            f"{count(r['first_joins_per_s'])}/s that creates rooms and memberships; p99 {ms(r['p99_ms'])}, "
            f"{r['server_cpu_us_per_join']:.0f} µs CPU each")
    return [Row("joins with a token", f"{count(r['joins_per_s'])}/s", target=f"≥ {count(Targets.JOINS_PER_S)}/s",
                met=r["joins_per_s"] >= Targets.JOINS_PER_S, note=note)]


def fill(run, server, messages, **arguments):
    log(f"  filling {messages:,} messages")
    return run.load("fill", server, "durable", limit=1800, seconds=1500, count=messages, **arguments)


@scenario("pages", "pages of 50 at random places of a room of 100,000")
def pages(run):
    messages = 20_000 if run.quick else 100_000
    with run.subject.running() as server:
        fill(run, server, messages, connections=4, members=4, outstanding=500)
        r = run.load("pages", server, "pages", connections=8, members=8, messages=messages, seconds=5 if run.quick else 10)
    met = r["pages_per_s"] >= Targets.PAGES_PER_S and r["p99_ms"] < Targets.PAGES_P99_MS and r["messages_per_page"] >= 49.9
    note = (f"{messages:,} messages, 8 connections that each wait for their page; {r['messages_per_page']:.1f} messages and "
            f"{size(r['bytes_per_page'])} a page, p50 {ms(r['p50_ms'])}, {r['server_cpu_us_per_page']:.0f} µs CPU each, "
            f"server {r['server_cpu_share']:.2f} cores")
    return [Row("pages of 50", f"{count(r['pages_per_s'])}/s, p99 {ms(r['p99_ms'])}",
                target=f"≥ {count(Targets.PAGES_PER_S)}/s, p99 < {Targets.PAGES_P99_MS} ms", met=met, note=note)]


@scenario("empty", "memory of a server that nobody uses")
def empty(run):
    with run.subject.running() as server:
        time.sleep(4)
        rss, pss, anonymous = (server.memory(field) for field in ("Rss", "Pss", "Anonymous"))
    run.keep("empty", {"rss": rss, "pss": pss, "anonymous": anonymous})
    return [Row("empty server", f"{size(rss)} RSS", target=f"≤ {size(Targets.EMPTY_RSS_BYTES)}",
                met=0 < rss <= Targets.EMPTY_RSS_BYTES,
                note=f"PSS {size(pss)}, of it {size(anonymous)} its own; the rest is program text and libraries")]


def kill_under_load(run, server):
    """Ends the server with SIGKILL in the middle of writing."""
    writer = run.loadgen.start(server, "durable", connections=10, outstanding=20, seconds=30, room_base=5000)
    try:
        time.sleep(2.5)
        if writer.poll() is not None:
            raise BenchError("the load ended before the kill")
        server.kill()
        writer.wait(30)
    finally:
        writer.kill()
        writer.wait()


def time_start(server):
    """Seconds from the start of the process until a client is greeted, and until `/readyz` says 200 (None: it did not)."""
    token = getattr(server, "token", None)
    ready = []

    def wait_for_ready():
        while not is_ready(server.port):
            if time.monotonic() - began > 10:
                return
            time.sleep(0.001)
        ready.append(time.monotonic() - began)

    began = time.monotonic()
    server.spawn()
    watcher = threading.Thread(target=wait_for_ready, daemon=True)
    watcher.start()
    server.wait_until_ready(lambda: says_hello(server.port, token))
    greeted = time.monotonic() - began
    watcher.join(12)
    return greeted, ready[0] if ready else None


@scenario("restart", "time to serve again with 1,000,000 stored messages after kill -9 under load")
def restart(run):
    messages = 100_000 if run.quick else 1_000_000
    greeted, ready = [], []
    with run.subject.running() as server:
        fill(run, server, messages, connections=50, outstanding=100)
        for _ in range(1 if run.quick else 3):
            kill_under_load(run, server)
            first, then = time_start(server)
            greeted.append(first)
            if then is not None:
                ready.append(then)
            log(f"    greeted after {first * 1000:.0f} ms, ready after {then * 1000 if then else -1:.0f} ms")
            time.sleep(1)
    run.keep("restart", {"messages": messages, "hello_s": greeted, "ready_s": ready})
    worst = max(greeted)
    says = f"`/readyz` after {', '.join(ms(r * 1000) for r in ready)}" if ready else "`/readyz` did not answer 200"
    return [Row(f"serving after kill -9, {messages:,} messages", ms(worst * 1000), target=f"≤ {ms(Targets.RESTART_S * 1000)}",
                met=worst <= Targets.RESTART_S,
                note=f"from exec to the greeting of a client with a token: {', '.join(ms(g * 1000) for g in greeted)}; {says}")]


def run_scenarios(run, names):
    """Rows of all scenarios; one that fails is a row that says so."""
    rows = []
    for name in names:
        text, function = ALL[name]
        log(f"{name}: {text}")
        began = time.monotonic()
        try:
            rows += function(run)
        except BenchError as error:
            log(f"{name} failed: {error}")
            rows.append(Row(text, "failed", met=False, note=str(error).strip().splitlines()[0][:300]))
        log(f"  {time.monotonic() - began:.0f} s")
    return rows
