// Pages of a long history at random places, each connection waiting for one before it asks for the next.
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "modes.h"
#include "process.h"
#include "util.h"

#define PAGE 50
/// One page in so many is looked through for the number of its messages.
#define CHECK_EVERY 16

typedef struct {
    engine engine;
    const options *options;
    histogram latency;
    uint64_t *asked_at;
    uint64_t pages, bytes, checked_pages, checked_messages;
} pages;

static void ask(pages *p, client *c) {
    char text[256], id[37];
    random_uuid(id);
    // Not at the very start, where a page would be short.
    uint64_t before = p->options->messages / 100 + PAGE + 1 + random_u64() % (p->options->messages * 98 / 100 - PAGE);
    int length = snprintf(text, sizeof text,
                          "{\"type\":\"history_get\",\"id\":\"%s\",\"payload\":{\"channel_id\":%u,\"before\":%lu,\"limit\":%d}}",
                          id, c->room, before, PAGE);
    p->asked_at[c->index] = now_ns();
    client_queue_text(c, text, (size_t)length);
    client_flush(&p->engine, c);
}

static uint64_t occurrences(const uint8_t *bytes, size_t length, const char *needle) {
    uint64_t count = 0;
    size_t size = strlen(needle);
    const uint8_t *end = bytes + length;
    for (const uint8_t *at = bytes; (at = memmem(at, (size_t)(end - at), needle, size)); at += size) count++;
    return count;
}

static void on_text(engine *e, client *c, const uint8_t *payload, size_t available, uint64_t length) {
    pages *p = e->context;
    if (!contains(payload, available < 64 ? available : 64, "\"history_page\"")) {
        if (contains(payload, available < 64 ? available : 64, "\"error\"")) {
            die("error frame: %.*s", (int)(available < 300 ? available : 300), (const char *)payload);
        }
        return;
    }
    histogram_add(&p->latency, now_ns() - p->asked_at[c->index]);
    p->bytes += length;
    if (p->pages++ % CHECK_EVERY == 0 && available == length) {
        p->checked_pages++;
        p->checked_messages += occurrences(payload, available, "\"message_id\"");
    }
    ask(p, c);
}

static void run_for(pages *p, double seconds) {
    uint64_t start = now_ns();
    while (now_ns() - start < (uint64_t)(seconds * 1e9)) {
        engine_poll(&p->engine, 50 * NS_PER_MS);
        if (p->engine.lost) die("%u connections were lost: %s", p->engine.lost, p->engine.first_failure);
    }
}

int run_pages(const options *o) {
    if (o->messages < 1000) die("--messages must be 1,000 or more");
    pages *p = must_alloc(1, sizeof *p);
    p->options = o;
    p->asked_at = must_alloc(o->connections, sizeof *p->asked_at);
    engine *e = &p->engine;
    engine_init(e, o, o->connections);
    e->on_text = on_text;
    e->context = p;
    e->keep = 1024 * 1024;
    for (uint32_t i = 0; i < e->count; i++) e->clients[i].inspected = true;
    engine_open(e, 0, e->count, 60 * NS_PER_S);
    engine_drain(e, 300 * NS_PER_MS, 5 * NS_PER_S);
    for (uint32_t i = 0; i < e->count; i++) ask(p, &e->clients[i]);
    run_for(p, o->warmup);

    histogram_clear(&p->latency);
    p->pages = p->bytes = p->checked_pages = p->checked_messages = 0;
    uint64_t cpu = process_cpu_ns(o->pid), own = own_cpu_ns(), start = now_ns();
    run_for(p, o->seconds);
    double wall = (double)(now_ns() - start) / 1e9, server = (double)(process_cpu_ns(o->pid) - cpu) / 1e9;
    printf("{\"mode\":\"pages\",\"connections\":%u,\"pages\":%lu,\"wall_s\":%.4f,\"pages_per_s\":%.1f,\"p50_ms\":%.3f,"
           "\"p99_ms\":%.3f,\"max_ms\":%.3f,\"messages_per_page\":%.2f,\"bytes_per_page\":%.0f,"
           "\"server_cpu_us_per_page\":%.1f,\"server_cpu_share\":%.3f,\"generator_cpu_share\":%.3f}\n",
           o->connections, p->pages, wall, (double)p->pages / wall, (double)histogram_at(&p->latency, 0.5) / 1e6,
           (double)histogram_at(&p->latency, 0.99) / 1e6, (double)p->latency.max / 1e6,
           p->checked_pages ? (double)p->checked_messages / (double)p->checked_pages : 0,
           p->pages ? (double)p->bytes / (double)p->pages : 0, p->pages ? server * 1e6 / (double)p->pages : 0,
           server / wall, (double)(own_cpu_ns() - own) / 1e9 / wall);
    engine_free(e);
    free(p->asked_at);
    free(p);
    return 0;
}
