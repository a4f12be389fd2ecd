// Rooms with members: how much CPU a delivery takes, how late it is, and how many there can be.
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "dialect.h"
#include "message.h"
#include "modes.h"
#include "process.h"

/// A window that has this much more to deliver than it manages is given up: the rate is too high.
#define BACKLOG_SECONDS 0.4
#define DRAIN_NS (20 * NS_PER_S)

typedef struct {
    engine engine;
    const options *options;
    histogram latency, lateness;
    /// Messages sent in this window, in all and per room.
    uint64_t sent;
    uint64_t *sent_to;
    /// Deliveries that inspected clients recognised, and other text frames that they got.
    uint64_t recognised, others;
    uint64_t message_bytes;
} fanout;

/// What one window showed.
typedef struct {
    uint64_t sent, expected, delivered, unexpected, mismatched_clients;
    double wall_s, server_cpu_s, generator_cpu_s, p50_ms, p99_ms, max_ms, late_p99_ms, frame_bytes;
    bool complete;
} window;

static uint64_t delivered(const fanout *f) { return f->engine.text_frames + f->recognised; }

static void on_text(engine *e, client *c, const uint8_t *payload, size_t available, uint64_t length) {
    fanout *f = e->context;
    const char *mark = memmem(payload, available, MARKER, 2);
    if (!mark || (size_t)((const char *)payload + available - mark) < 2 + MARKER_DIGITS) {
        f->others++;
        if (contains(payload, available < 64 ? available : 64, "\"error\"")) {
            die("error frame: %.*s", (int)(available < 300 ? available : 300), (const char *)payload);
        }
        return;
    }
    char digits[MARKER_DIGITS + 1] = {0};
    memcpy(digits, mark + 2, MARKER_DIGITS);
    uint64_t due = strtoull(digits, NULL, 16), now = now_ns();
    histogram_add(&f->latency, now > due ? now - due : 0);
    f->recognised++;
    f->message_bytes += length;
    c->frames++;
}

static void send_message(fanout *f, uint64_t number, uint64_t due) {
    const options *o = f->options;
    uint32_t room = (uint32_t)(number % o->rooms);
    uint32_t member = (uint32_t)(number / o->rooms % o->senders);
    client *c = &f->engine.clients[room * o->members + member];
    char text[MESSAGE_MAX];
    uint64_t now = now_ns();
    histogram_add(&f->lateness, now > due ? now - due : 0);
    client_queue_text(c, text, (size_t)o->dialect->message(&f->engine, c, text, o->content, due));
    client_flush(&f->engine, c);
    f->sent++;
    f->sent_to[room]++;
}

static void begin_window(fanout *f) {
    engine *e = &f->engine;
    engine_drain(e, 200 * NS_PER_MS, 5 * NS_PER_S);
    histogram_clear(&f->latency);
    histogram_clear(&f->lateness);
    for (uint32_t i = 0; i < e->count; i++) e->clients[i].frames = 0;
    memset(f->sent_to, 0, f->options->rooms * sizeof *f->sent_to);
    f->sent = f->recognised = f->others = f->message_bytes = e->text_frames = 0;
}

/// Sends at fixed moments, whatever the server does; false when it falls behind too far or cuts a connection.
static bool send_paced(fanout *f, double rate, double seconds) {
    uint64_t start = now_ns(), total = (uint64_t)(rate * seconds + 0.5), members = f->options->members;
    double step = (double)NS_PER_S / rate;
    uint64_t backlog = (uint64_t)(rate * BACKLOG_SECONDS) + 16;
    while (f->sent < total) {
        uint64_t due = start + (uint64_t)((double)f->sent * step), now = now_ns();
        if (due <= now) {
            send_message(f, f->sent, due);
            if (f->sent % 16) continue;
        }
        engine_poll(&f->engine, due > now ? due - now : 0);
        if (f->engine.lost) return false;
        if (f->options->max && f->sent > delivered(f) / members + backlog) return false;
    }
    return true;
}

/// Keeps a number of messages on their way; a message is over when as many deliveries as it has members have come.
static bool send_closed(fanout *f, uint32_t outstanding, double seconds) {
    uint64_t start = now_ns(), members = f->options->members;
    while (now_ns() - start < (uint64_t)(seconds * 1e9) && !f->engine.lost) {
        while (f->sent < delivered(f) / members + outstanding) send_message(f, f->sent, now_ns());
        engine_poll(&f->engine, 100 * NS_PER_MS);
    }
    return f->engine.lost == 0;
}

/// Each client must have got exactly the messages of its room.
static uint64_t count_mismatches(const fanout *f) {
    uint64_t wrong = 0;
    for (uint32_t i = 0; i < f->engine.count; i++) {
        wrong += f->engine.clients[i].frames != f->sent_to[i / f->options->members];
    }
    return wrong;
}

static double ms(uint64_t ns) { return (double)ns / 1e6; }

/// One measured window: `rate` > 0 is paced, else closed with `outstanding`. CPU and time run until the last delivery.
static window measure(fanout *f, double rate, uint32_t outstanding, double seconds) {
    begin_window(f);
    uint64_t cpu = process_cpu_ns(f->options->pid), own = own_cpu_ns(), start = now_ns();
    bool kept_up = rate > 0 ? send_paced(f, rate, seconds) : send_closed(f, outstanding, seconds);
    uint64_t expected = f->sent * f->options->members, sent_at = now_ns();
    while (delivered(f) < expected && now_ns() - sent_at < DRAIN_NS && !f->engine.lost) {
        engine_poll(&f->engine, 100 * NS_PER_MS);
    }
    uint64_t end = now_ns();
    window w = {.sent = f->sent, .expected = expected, .wall_s = (double)(end - start) / 1e9};
    w.server_cpu_s = (double)(process_cpu_ns(f->options->pid) - cpu) / 1e9;
    w.generator_cpu_s = (double)(own_cpu_ns() - own) / 1e9;
    engine_drain(&f->engine, 100 * NS_PER_MS, 2 * NS_PER_S);
    w.delivered = delivered(f);
    w.unexpected = w.delivered > expected ? w.delivered - expected : 0;
    w.mismatched_clients = count_mismatches(f);
    w.p50_ms = ms(histogram_at(&f->latency, 0.5));
    w.p99_ms = ms(histogram_at(&f->latency, 0.99));
    w.max_ms = ms(f->latency.max);
    w.late_p99_ms = ms(histogram_at(&f->lateness, 0.99));
    w.frame_bytes = f->recognised ? (double)f->message_bytes / (double)f->recognised : 0;
    w.complete = kept_up && w.delivered >= expected && !f->engine.lost;
    return w;
}

static void print_window(const fanout *f, const window *w, double rate, const char *steps) {
    const options *o = f->options;
    double deliveries = (double)w->delivered;
    printf("{\"mode\":\"fanout\",\"protocol\":\"%s\",\"rooms\":%u,\"members\":%u,\"senders\":%u,\"rate\":%.1f,\"messages\":%lu,\"expected\":%lu,"
           "\"deliveries\":%lu,\"unexpected\":%lu,\"mismatched_clients\":%lu,\"complete\":%s,\"wall_s\":%.4f,"
           "\"deliveries_per_s\":%.0f,\"server_cpu_s\":%.4f,\"server_cpu_share\":%.3f,\"generator_cpu_share\":%.3f,"
           "\"cpu_us_per_delivery\":%.4f,\"deliveries_per_cpu_s\":%.0f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f,"
           "\"send_late_p99_ms\":%.3f,\"frame_bytes\":%.1f,\"steps\":[%s]}\n",
           o->dialect->name, o->rooms, o->members, o->senders, rate, w->sent, w->expected, w->delivered, w->unexpected,
           w->mismatched_clients, w->complete ? "true" : "false", w->wall_s, deliveries / w->wall_s, w->server_cpu_s,
           w->server_cpu_s / w->wall_s, w->generator_cpu_s / w->wall_s,
           deliveries > 0 ? w->server_cpu_s * 1e6 / deliveries : 0,
           w->server_cpu_s > 0 ? deliveries / w->server_cpu_s : 0, w->p50_ms, w->p99_ms, w->max_ms, w->late_p99_ms,
           w->frame_bytes, steps);
}

static void note_step(char *steps, size_t size, const char *kind, double value, const window *w) {
    size_t at = strlen(steps);
    snprintf(steps + at, size - at,
             "%s{\"%s\":%.0f,\"deliveries_per_s\":%.0f,\"p99_ms\":%.1f,\"server_cpu_share\":%.2f,\"complete\":%s}",
             at ? "," : "", kind, value, (double)w->delivered / w->wall_s, w->p99_ms, w->server_cpu_s / w->wall_s,
             w->complete ? "true" : "false");
}

/// Finds about where the limit is: closed loop with more and more on the way.
static double find_capacity(fanout *f, char *steps, size_t size) {
    double best = 0;
    int over = 0;
    for (uint32_t outstanding = 4; outstanding <= 256 && over < 2 && !f->engine.lost; outstanding *= 2) {
        window w = measure(f, 0, outstanding, f->options->seconds / 2);
        note_step(steps, size, "outstanding", outstanding, &w);
        double rate = (double)w.sent / w.wall_s;
        bool holds = w.complete && w.p99_ms < f->options->p99_limit_ms;
        over = holds ? 0 : over + 1;
        if (holds && rate > best) best = rate;
    }
    if (best <= 0) die("no closed-loop step stayed under %.0f ms", f->options->p99_limit_ms);
    return best;
}

/// The highest open-loop rate whose p99 is within the limit: up from the capacity while it holds, else down.
/// A rate that fails above one that held is tried three times, since the machine may have been busy with something else.
static int run_max(fanout *f) {
    char steps[8192] = "";
    double rate = find_capacity(f, steps, sizeof steps);
    window best = {0};
    double best_rate = 0;
    int failures = 0;
    for (int step = 0; step < 12 && failures < 3 && !f->engine.lost; step++) {
        window w = measure(f, rate, 0, f->options->seconds);
        note_step(steps, sizeof steps, "rate", rate, &w);
        if (w.complete && w.p99_ms < f->options->p99_limit_ms) {
            best = w;
            best_rate = rate;
            failures = 0;
            rate *= 1.1;
        } else if (best_rate > 0) {
            failures++;
        } else {
            rate *= 0.88;
        }
    }
    if (best_rate <= 0) {
        die("no rate down to %.0f messages/s stayed under the limit (%s): %s", rate, f->engine.first_failure, steps);
    }
    print_window(f, &best, best_rate, steps);
    return 0;
}

int run_fanout(const options *o) {
    fanout *f = must_alloc(1, sizeof *f);
    f->options = o;
    f->sent_to = must_alloc(o->rooms, sizeof *f->sent_to);
    engine *e = &f->engine;
    engine_init(e, o, o->rooms * o->members);
    e->on_text = on_text;
    e->context = f;
    for (uint32_t i = 0; i < e->count; i++) {
        uint32_t member = i % o->members;
        e->clients[i].inspected = member < o->senders || member % o->sample == 0 || member == o->members - 1;
    }
    engine_open(e, 0, e->count, 120 * NS_PER_S);
    if (!engine_drain(e, 700 * NS_PER_MS, 20 * NS_PER_S)) fprintf(stderr, "the rooms did not get quiet in 20 s\n");
    measure(f, o->rate, o->outstanding, o->warmup);
    if (o->max) {
        run_max(f);
    } else {
        window w = measure(f, o->rate, 0, o->seconds);
        if (e->lost) die("%u connections were lost: %s", e->lost, e->first_failure);
        print_window(f, &w, o->rate, "");
    }
    engine_free(e);
    free(f->sent_to);
    free(f);
    return 0;
}
