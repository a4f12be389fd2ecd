// A chat message that carries the moment at which it was due.
#pragma once

#include "util.h"

#define MARKER "@@"
#define MARKER_DIGITS 16
#define MESSAGE_MAX 8192

/// Writes a `chat_send` frame with `content` bytes of content (at least 20) that begins with the marker;
/// returns its length.
static inline int message_text(char out[MESSAGE_MAX], uint32_t room, uint32_t content, uint64_t due) {
    static const char filler[] = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor ";
    char text[4097], id[37];
    uint32_t at = (uint32_t)snprintf(text, sizeof text, MARKER "%016llx ", (unsigned long long)due);
    if (content > 4096) content = 4096;
    for (uint32_t i = 0; at < content; i++) text[at++] = filler[i % (sizeof filler - 1)];
    if (text[at - 1] == ' ') text[at - 1] = '.';
    text[at] = 0;
    random_uuid(id);
    return snprintf(out, MESSAGE_MAX,
                    "{\"type\":\"chat_send\",\"id\":\"%s\",\"payload\":{\"channel_id\":%u,\"content\":\"%s\"}}", id, room, text);
}
