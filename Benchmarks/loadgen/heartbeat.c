#include "heartbeat.h"

#include "dialect.h"
#include "util.h"

#define INTERVAL_NS (30 * NS_PER_S)

static void send_heartbeat(engine *e, client *c) {
    char text[96];
    if (c->phase != READY) return;
    client_queue_text(c, text, (size_t)e->options->dialect->heartbeat(c, text, sizeof text));
    client_flush(e, c);
}

uint64_t heartbeats_send(engine *e, uint64_t now) {
    if (!e->options->dialect->heartbeat) return UINT64_MAX;
    uint64_t step = INTERVAL_NS / e->count;
    if (e->opening > 0 || e->ready == 0) {
        e->next_heartbeat = now + step;
        return UINT64_MAX;
    }
    // The first call after the first connections opened.
    if (e->next_heartbeat == 0) e->next_heartbeat = now + step;
    for (; e->next_heartbeat <= now; e->next_heartbeat += step) {
        send_heartbeat(e, &e->clients[e->heartbeat_turn]);
        e->heartbeat_turn = (e->heartbeat_turn + 1) % e->count;
    }
    return e->next_heartbeat - now;
}
