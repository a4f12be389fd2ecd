// Load generator for a chat server's `/ws` and its Phoenix socket. One mode per run; the result is one JSON object on
// standard output.
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dialect.h"
#include "modes.h"
#include "util.h"

static const char usage[] =
    "loadgen MODE [options]\n"
    "modes\n"
    "  fanout      rooms with members: --rooms R --members M --rate S --seconds T, or --max\n"
    "  memory      idle joined connections: --connections N --members M [--guests]\n"
    "  durable     acknowledged messages: --connections K --outstanding W, for --seconds or until --count (JSON only)\n"
    "  joins       connect and join: --connections N --members M --in-flight C --rounds R\n"
    "  pages       history pages of 50: --connections C --messages N --seconds T (JSON only)\n"
    "  fsyncrate   fdatasync of 4 KiB a second: --directory DIR --seconds T\n"
    "options (default)\n"
    "  --port P (8080)         server on 127.0.0.1\n"
    "  --protocol NAME (json)  json, or phoenix: Channels of version 2.0.0\n"
    "  --path PATH             of the socket (/ws; phoenix: /socket/websocket)\n"
    "  --topic TOPIC           phoenix: what all join (room: and the number of the room)\n"
    "  --tokens FILE           one token a line, used in turn; none: all are guests\n"
    "  --guests                only the senders of each room use tokens\n"
    "  --want LIST (seq,ack,page)\n"
    "  --pid PID               the server's process, for CPU and memory\n"
    "  --room-base N (1000)    number of the first room\n"
    "  --rooms R (1) --members M (1) --senders S (1, per room)\n"
    "  --sample K (10)         every K-th member reads its frames for latency, all count them\n"
    "  --rate S (10)           messages a second in all rooms together\n"
    "  --seconds T (10) --warmup T (1)\n"
    "  --max                   the highest rate whose p99 is below --p99 MS (250)\n"
    "  --content BYTES (100)   length of a message's content, 20...4000\n"
    "  --outstanding W (1) --connections N (1) --in-flight C (128) --rounds R (3)\n"
    "  --count N (0)           durable: end when so many are acknowledged\n"
    "  --messages N (100000)   pages: messages in the room\n"
    "  --per-source N (20000)  connections of one loopback address\n"
    "  --directory DIR (.)\n";

enum {
    OPT_PORT = 256, OPT_PROTOCOL, OPT_PATH, OPT_TOPIC, OPT_TOKENS, OPT_GUESTS, OPT_WANT, OPT_PID, OPT_ROOM_BASE,
    OPT_ROOMS, OPT_MEMBERS, OPT_SENDERS, OPT_SAMPLE, OPT_RATE, OPT_SECONDS, OPT_WARMUP, OPT_MAX, OPT_P99, OPT_CONTENT, OPT_OUTSTANDING, OPT_CONNECTIONS,
    OPT_IN_FLIGHT, OPT_ROUNDS, OPT_COUNT, OPT_MESSAGES, OPT_PER_SOURCE, OPT_DIRECTORY, OPT_HELP,
};

static const struct option names[] = {
    {"port", 1, NULL, OPT_PORT}, {"protocol", 1, NULL, OPT_PROTOCOL}, {"path", 1, NULL, OPT_PATH},
    {"topic", 1, NULL, OPT_TOPIC}, {"tokens", 1, NULL, OPT_TOKENS},
    {"guests", 0, NULL, OPT_GUESTS}, {"want", 1, NULL, OPT_WANT}, {"pid", 1, NULL, OPT_PID},
    {"room-base", 1, NULL, OPT_ROOM_BASE}, {"rooms", 1, NULL, OPT_ROOMS}, {"members", 1, NULL, OPT_MEMBERS},
    {"senders", 1, NULL, OPT_SENDERS}, {"sample", 1, NULL, OPT_SAMPLE}, {"rate", 1, NULL, OPT_RATE},
    {"seconds", 1, NULL, OPT_SECONDS}, {"warmup", 1, NULL, OPT_WARMUP}, {"max", 0, NULL, OPT_MAX},
    {"p99", 1, NULL, OPT_P99}, {"content", 1, NULL, OPT_CONTENT}, {"outstanding", 1, NULL, OPT_OUTSTANDING},
    {"connections", 1, NULL, OPT_CONNECTIONS}, {"in-flight", 1, NULL, OPT_IN_FLIGHT}, {"rounds", 1, NULL, OPT_ROUNDS},
    {"count", 1, NULL, OPT_COUNT}, {"messages", 1, NULL, OPT_MESSAGES}, {"per-source", 1, NULL, OPT_PER_SOURCE},
    {"directory", 1, NULL, OPT_DIRECTORY}, {"help", 0, NULL, OPT_HELP}, {NULL, 0, NULL, 0},
};

/// A number within bounds, or the end of the process.
static double number(const char *text, double low, double high) {
    char *end;
    double value = strtod(text, &end);
    if (*end || end == text || !(value >= low && value <= high)) die("%s is not a number from %g to %g", text, low, high);
    return value;
}

static uint32_t whole(const char *text, double low, double high) { return (uint32_t)number(text, low, high); }

static const dialect *dialect_named(const char *name) {
    if (strcmp(name, json_dialect.name) == 0) return &json_dialect;
    if (strcmp(name, phoenix_dialect.name) == 0) return &phoenix_dialect;
    die("no protocol %s", name);
}

/// A topic that can stand in JSON as it is, or the end of the process.
static const char *plain_topic(const char *text) {
    size_t length = strlen(text);
    if (length == 0 || length >= TOPIC_MAX || strpbrk(text, "\"\\,")) die("%s cannot be a topic", text);
    return text;
}

static void set_option(options *o, int option, const char *value) {
    switch (option) {
        case OPT_PORT: o->port = (uint16_t)number(value, 1, 65535); break;
        case OPT_PROTOCOL: o->dialect = dialect_named(value); break;
        case OPT_PATH: o->path = value; break;
        case OPT_TOPIC: o->topic = plain_topic(value); break;
        case OPT_TOKENS: o->token_count = read_lines(value, &o->tokens, 100000); break;
        case OPT_GUESTS: o->guests = true; break;
        case OPT_WANT: o->want = value; break;
        case OPT_PID: o->pid = (pid_t)number(value, 0, 1e9); break;
        case OPT_ROOM_BASE: o->room_base = whole(value, 1, 2e9); break;
        case OPT_ROOMS: o->rooms = whole(value, 1, 100000); break;
        case OPT_MEMBERS: o->members = whole(value, 1, 100000); break;
        case OPT_SENDERS: o->senders = whole(value, 1, 1000); break;
        case OPT_SAMPLE: o->sample = whole(value, 1, 100000); break;
        case OPT_RATE: o->rate = number(value, 0.01, 1e6); break;
        case OPT_SECONDS: o->seconds = number(value, 0.1, 3600); break;
        case OPT_WARMUP: o->warmup = number(value, 0.1, 600); break;
        case OPT_MAX: o->max = true; break;
        case OPT_P99: o->p99_limit_ms = number(value, 0.1, 60000); break;
        case OPT_CONTENT: o->content = whole(value, 20, 4000); break;
        case OPT_OUTSTANDING: o->outstanding = whole(value, 1, 100000); break;
        case OPT_CONNECTIONS: o->connections = whole(value, 1, 1e6); break;
        case OPT_IN_FLIGHT: o->in_flight = whole(value, 1, 4096); break;
        case OPT_ROUNDS: o->rounds = whole(value, 1, 50); break;
        case OPT_COUNT: o->count = (uint64_t)number(value, 0, 1e9); break;
        case OPT_MESSAGES: o->messages = (uint64_t)number(value, 1000, 1e9); break;
        case OPT_PER_SOURCE: o->per_source = whole(value, 1, 25000); break;
        case OPT_DIRECTORY: o->directory = value; break;
        case OPT_HELP: fputs(usage, stdout); exit(0);
        default: fputs(usage, stderr); exit(64);
    }
}

static const struct {
    const char *name;
    int (*run)(const options *o);
    bool json_only;
} modes[] = {
    {"fanout", run_fanout, false}, {"memory", run_memory, false}, {"durable", run_durable, true},
    {"joins", run_joins, false},   {"pages", run_pages, true},    {"fsyncrate", run_fsyncrate, false},
};

int main(int argc, char **argv) {
    options o = {
        .dialect = &json_dialect, .port = 8080, .want = "seq,ack,page", .room_base = 1000,
        .rooms = 1, .members = 1, .senders = 1, .sample = 10, .rate = 10, .seconds = 10, .warmup = 1, .p99_limit_ms = 250,
        .content = 100, .outstanding = 1, .connections = 1, .in_flight = 128, .rounds = 3, .messages = 100000, .per_source = 20000, .directory = ".",
    };
    signal(SIGPIPE, SIG_IGN);
    for (int option; (option = getopt_long(argc, argv, "", names, NULL)) != -1;) set_option(&o, option, optarg);
    if (optind != argc - 1) {
        fputs(usage, stderr);
        return 64;
    }
    if (!o.path) o.path = o.dialect->path;
    if (o.topic && o.rooms > 1) die("--topic is one room");
    if (o.senders > o.members) die("--senders is more than --members");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        if (strcmp(argv[optind], modes[i].name) != 0) continue;
        if (modes[i].json_only && o.dialect != &json_dialect) die("%s speaks JSON only", modes[i].name);
        return modes[i].run(&o);
    }
    die("no mode %s", argv[optind]);
}
