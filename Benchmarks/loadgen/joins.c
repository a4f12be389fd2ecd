// How many clients a second can connect and join a room.
#include <stdlib.h>
#include <string.h>

#include "dialect.h"
#include "modes.h"
#include "process.h"
#include "util.h"

int run_joins(const options *o) {
    engine e;
    histogram *times = must_alloc(1, sizeof *times);
    engine_init(&e, o, o->connections);
    e.open_times = times;
    char rounds[1024] = "";
    double best = 0, sum = 0, first = 0, cpu_sum = 0, own_sum = 0, wall_sum = 0;
    // The first round creates rooms and memberships; the others come back to them.
    for (uint32_t round = 0; round <= o->rounds; round++) {
        if (round == 1) histogram_clear(times);
        e.source_shift = round * (o->connections / o->per_source + 1);
        uint64_t cpu = process_cpu_ns(o->pid), own = own_cpu_ns(), start = now_ns();
        engine_open(&e, 0, e.count, 120 * NS_PER_S);
        double wall = (double)(now_ns() - start) / 1e9;
        double server = (double)(process_cpu_ns(o->pid) - cpu) / 1e9, rate = o->connections / wall;
        if (round == 0) {
            first = rate;
        } else {
            sum += rate;
            cpu_sum += server;
            own_sum += (double)(own_cpu_ns() - own) / 1e9;
            wall_sum += wall;
            if (rate > best) best = rate;
            size_t at = strlen(rounds);
            snprintf(rounds + at, sizeof rounds - at, "%s%.0f", at ? "," : "", rate);
        }
        engine_drain(&e, 300 * NS_PER_MS, 5 * NS_PER_S);
        engine_close(&e);
        engine_drain(&e, 500 * NS_PER_MS, 500 * NS_PER_MS);
    }
    printf("{\"mode\":\"joins\",\"protocol\":\"%s\",\"connections\":%u,\"members\":%u,\"in_flight\":%u,\"first_joins_per_s\":%.0f,"
           "\"joins_per_s\":%.0f,\"best_joins_per_s\":%.0f,\"rounds\":[%s],\"p50_ms\":%.3f,\"p99_ms\":%.3f,"
           "\"server_cpu_us_per_join\":%.1f,\"server_cpu_share\":%.3f,\"generator_cpu_share\":%.3f}\n",
           o->dialect->name, o->connections, o->members, o->in_flight, first, sum / o->rounds, best, rounds,
           (double)histogram_at(times, 0.5) / 1e6, (double)histogram_at(times, 0.99) / 1e6,
           cpu_sum * 1e6 / ((double)o->rounds * o->connections), cpu_sum / wall_sum, own_sum / wall_sum);
    engine_free(&e);
    free(times);
    return 0;
}
