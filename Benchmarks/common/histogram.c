#include "histogram.h"

#include <string.h>

#define SUB (1u << HISTOGRAM_SUB_BITS)

/// Values below SUB have a bucket each; above, every power of two is cut into SUB parts.
static unsigned bucket_of(uint64_t ns) {
    if (ns < SUB) return (unsigned)ns;
    unsigned shift = 63u - (unsigned)__builtin_clzll(ns) - HISTOGRAM_SUB_BITS;
    return ((shift + 1) << HISTOGRAM_SUB_BITS) + (unsigned)(ns >> shift) - SUB;
}

static uint64_t upper_edge(unsigned bucket) {
    if (bucket < SUB) return bucket;
    unsigned shift = (bucket >> HISTOGRAM_SUB_BITS) - 1;
    uint64_t low = (uint64_t)(SUB + (bucket & (SUB - 1))) << shift;
    return low + (1ull << shift) - 1;
}

void histogram_clear(histogram *h) { memset(h, 0, sizeof *h); }

void histogram_add(histogram *h, uint64_t ns) {
    h->buckets[bucket_of(ns)]++;
    h->count++;
    if (ns > h->max) h->max = ns;
}

uint64_t histogram_at(const histogram *h, double share) {
    if (h->count == 0) return 0;
    uint64_t wanted = (uint64_t)(share * (double)h->count);
    if (wanted >= h->count) wanted = h->count - 1;
    uint64_t seen = 0;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += h->buckets[i];
        if (seen > wanted) return upper_edge(i) < h->max ? upper_edge(i) : h->max;
    }
    return h->max;
}
