// Joined connections that say nothing: what each costs the server.
#include <string.h>

#include "dialect.h"
#include "modes.h"
#include "process.h"
#include "util.h"

int run_memory(const options *o) {
    engine e;
    engine_init(&e, o, o->connections);
    process_memory before = process_memory_of(o->pid);
    uint32_t steps = 5, done = 0;
    char curve[512] = "";
    process_memory after_first = before;
    uint32_t first = 0;
    for (uint32_t step = 1; step <= steps; step++) {
        uint32_t to = o->connections / steps * step / o->members * o->members;
        if (step == steps) to = o->connections;
        engine_open(&e, done, to, 120 * NS_PER_S);
        engine_drain(&e, 500 * NS_PER_MS, 10 * NS_PER_S);
        process_memory now = process_memory_of(o->pid);
        if (step == 1) after_first = now, first = to;
        size_t at = strlen(curve);
        snprintf(curve + at, sizeof curve - at, "%s[%u,%lu]", at ? "," : "", to, now.rss);
        done = to;
    }
    engine_drain(&e, 1000 * NS_PER_MS, (uint64_t)(o->seconds * 1e9) + NS_PER_S);
    process_memory after = process_memory_of(o->pid);
    double per = ((double)after.rss - (double)before.rss) / o->connections;
    double slope = o->connections > first ? ((double)after.rss - (double)after_first.rss) / (o->connections - first) : per;
    printf("{\"mode\":\"memory\",\"protocol\":\"%s\",\"connections\":%u,\"members\":%u,\"guests\":%s,\"rss_before\":%lu,\"rss_after\":%lu,"
           "\"pss_after\":%lu,\"rss_per_connection\":%.1f,\"rss_slope_per_connection\":%.1f,"
           "\"anonymous_per_connection\":%.1f,\"lost\":%u,\"curve\":[%s]}\n",
           o->dialect->name, o->connections, o->members, o->guests ? "true" : "false", before.rss, after.rss, after.pss, per, slope,
           ((double)after.anonymous - (double)before.anonymous) / o->connections, e.lost, curve);
    engine_free(&e);
    return 0;
}
