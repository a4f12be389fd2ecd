// The text of a chat message, which carries the moment at which it was due.
#pragma once

#include "util.h"

#define MARKER "@@"
#define MARKER_DIGITS 16

/// Longest text.
#define CONTENT_MAX 4096

/// Writes `content` bytes (20...CONTENT_MAX) that begin with the marker. No byte of it needs escaping in JSON.
static inline void marked_content(char out[CONTENT_MAX + 1], uint32_t content, uint64_t due) {
    static const char filler[] = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor ";
    uint32_t at = (uint32_t)snprintf(out, CONTENT_MAX + 1, MARKER "%016llx ", (unsigned long long)due);
    if (content > CONTENT_MAX) content = CONTENT_MAX;
    for (uint32_t i = 0; at < content; i++) out[at++] = filler[i % (sizeof filler - 1)];
    if (out[at - 1] == ' ') out[at - 1] = '.';
    out[at] = 0;
}
