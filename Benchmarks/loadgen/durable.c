// Senders that wait for acknowledgements: how many messages a second are safe on the disk. Also fills rooms.
#include <stdlib.h>
#include <string.h>

#include "dialect.h"
#include "modes.h"
#include "process.h"
#include "util.h"

typedef struct {
    engine engine;
    const options *options;
    histogram latency;
    /// Moments at which the messages without acknowledgement were sent; a ring of `outstanding` per sender.
    uint64_t *sent_at;
    uint64_t *sent, *acked;
    uint64_t total_sent, total_acked, echoes, errors;
} durable;

static void on_text(engine *e, client *c, const uint8_t *payload, size_t available, uint64_t length) {
    durable *d = e->context;
    size_t head = available < 64 ? available : 64;
    (void)length;
    if (contains(payload, head, "\"ack\"")) {
        uint64_t number = d->acked[c->index]++, ring = d->options->outstanding;
        histogram_add(&d->latency, now_ns() - d->sent_at[c->index * ring + number % ring]);
        d->total_acked++;
    } else if (contains(payload, head, "\"error\"")) {
        int shown = (int)(available < 300 ? available : 300);
        if (d->errors++ == 0) fprintf(stderr, "error frame: %.*s\n", shown, (const char *)payload);
    } else if (contains(payload, head, "\"chat_send\"")) {
        d->echoes++;
    }
}

/// Tops every sender up to its number of outstanding messages.
static void top_up(durable *d) {
    const options *o = d->options;
    char text[MESSAGE_MAX];
    for (uint32_t i = 0; i < d->engine.count; i++) {
        client *c = &d->engine.clients[i];
        while (d->sent[i] - d->acked[i] < o->outstanding && (o->count == 0 || d->total_sent < o->count)) {
            uint64_t now = now_ns();
            d->sent_at[i * o->outstanding + d->sent[i] % o->outstanding] = now;
            client_queue_text(c, text, (size_t)o->dialect->message(&d->engine, c, text, o->content, now));
            d->sent[i]++;
            d->total_sent++;
        }
        client_flush(&d->engine, c);
    }
}

/// Sends until the time is up, the count is acknowledged or the server is gone; false when the server is gone.
static bool run_for(durable *d, double seconds) {
    uint64_t start = now_ns(), limit = (uint64_t)(seconds * 1e9);
    uint64_t target = d->options->count;
    while (now_ns() - start < limit && (target == 0 || d->total_acked < target)) {
        if (d->engine.lost || d->errors) return false;
        top_up(d);
        engine_poll(&d->engine, 50 * NS_PER_MS);
    }
    return true;
}

static void print_result(const durable *d, uint64_t acks, double wall, double cpu, double own, bool alive) {
    const options *o = d->options;
    printf("{\"mode\":\"durable\",\"senders\":%u,\"outstanding\":%u,\"acks\":%lu,\"sent\":%lu,\"acked\":%lu,\"echoes\":%lu,"
           "\"errors\":%lu,\"alive\":%s,\"wall_s\":%.4f,\"acks_per_s\":%.1f,\"ack_p50_ms\":%.3f,\"ack_p99_ms\":%.3f,"
           "\"server_cpu_us_per_message\":%.2f,\"server_cpu_share\":%.3f,\"generator_cpu_share\":%.3f}\n",
           o->connections, o->outstanding, acks, d->total_sent, d->total_acked, d->echoes, d->errors,
           alive ? "true" : "false", wall, (double)acks / wall, (double)histogram_at(&d->latency, 0.5) / 1e6,
           (double)histogram_at(&d->latency, 0.99) / 1e6, acks ? cpu * 1e6 / (double)acks : 0, cpu / wall, own / wall);
}

int run_durable(const options *o) {
    durable *d = must_alloc(1, sizeof *d);
    d->options = o;
    engine *e = &d->engine;
    engine_init(e, o, o->connections);
    e->on_text = on_text;
    e->context = d;
    d->sent_at = must_alloc((size_t)o->connections * o->outstanding, sizeof *d->sent_at);
    d->sent = must_alloc(o->connections, sizeof *d->sent);
    d->acked = must_alloc(o->connections, sizeof *d->acked);
    for (uint32_t i = 0; i < e->count; i++) e->clients[i].inspected = true;
    engine_open(e, 0, e->count, 60 * NS_PER_S);
    engine_drain(e, 200 * NS_PER_MS, 5 * NS_PER_S);

    bool alive = o->count > 0 || run_for(d, o->warmup);
    histogram_clear(&d->latency);
    uint64_t acked = d->total_acked, cpu = process_cpu_ns(o->pid), own = own_cpu_ns(), start = now_ns();
    alive = alive && run_for(d, o->seconds);
    double wall = (double)(now_ns() - start) / 1e9;
    print_result(d, d->total_acked - acked, wall, (double)(process_cpu_ns(o->pid) - cpu) / 1e9,
                 (double)(own_cpu_ns() - own) / 1e9, alive);
    if (e->lost) fprintf(stderr, "%u connections were lost: %s\n", e->lost, e->first_failure);
    int status = alive && (o->count == 0 || d->total_acked >= o->count) ? 0 : 2;
    engine_free(e);
    free(d->sent_at);
    free(d->sent);
    free(d->acked);
    free(d);
    return status;
}
