// Latency histogram with buckets of equal relative width (about 3 %), from 1 ns to centuries.
#pragma once

#include <stdint.h>

#define HISTOGRAM_SUB_BITS 5
#define HISTOGRAM_BUCKETS (64 << HISTOGRAM_SUB_BITS)

typedef struct {
    uint64_t count;
    uint64_t max;
    uint64_t buckets[HISTOGRAM_BUCKETS];
} histogram;

void histogram_clear(histogram *h);
void histogram_add(histogram *h, uint64_t ns);

/// The upper edge, in ns, of the bucket that holds the given share (0...1) of all samples; 0 when there are none.
uint64_t histogram_at(const histogram *h, double share);
