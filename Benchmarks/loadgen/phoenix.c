// Phoenix Channels, version 2.0.0: frames are `[join_ref, ref, topic, event, payload]`.
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "dialect.h"
#include "message.h"
#include "util.h"

/// The longest start of a broadcast that must be seen: both nulls, a topic and the event.
#define HEAD_BYTES (TOPIC_MAX + 64)

/// The ref of each client's join, and so the join_ref of all that it pushes.
#define JOIN_REF "1"

/// Writes the token so that it may stand in a query.
static bool percent_encode(char *out, size_t size, const char *text) {
    size_t at = 0;
    for (const char *p = text; *p; p++) {
        if (at + 4 > size) return false;
        if (isalnum((unsigned char)*p) || strchr("-._~", *p)) out[at++] = *p;
        else at += (size_t)snprintf(out + at, size - at, "%%%02X", (unsigned char)*p);
    }
    out[at] = 0;
    return true;
}

static bool target(const engine *e, const client *c, char *out, size_t size) {
    char parameter[3072] = "";
    const char *token = client_token(e, c);
    if (token) {
        size_t name = (size_t)snprintf(parameter, sizeof parameter, "token=");
        if (!percent_encode(parameter + name, sizeof parameter - name - 1, token)) return false;
        strcat(parameter, "&");
    }
    return snprintf(out, size, "%s?%svsn=2.0.0", e->options->path, parameter) < (int)size;
}

/// The topic of the command line, or that of the client's room.
static const char *topic_of(const engine *e, const client *c, char buffer[TOPIC_MAX]) {
    if (e->options->topic) return e->options->topic;
    snprintf(buffer, TOPIC_MAX, "room:%u", c->room);
    return buffer;
}

static void send_join(engine *e, client *c) {
    char text[TOPIC_MAX + 64], topic[TOPIC_MAX];
    int length = snprintf(text, sizeof text, "[\"" JOIN_REF "\",\"" JOIN_REF "\",\"%s\",\"phx_join\",{}]",
                          topic_of(e, c, topic));
    c->ref = 1;
    c->phase = JOINING;
    client_queue_text(c, text, (size_t)length);
    client_flush(e, c);
}

static bool begins(const uint8_t *bytes, size_t length, const char *text) {
    size_t wanted = strlen(text);
    return length >= wanted && memcmp(bytes, text, wanted) == 0;
}

/// Whether a reply is an error: its status comes first, or its response is so short that both are here.
static bool is_error(const uint8_t *payload, size_t available) {
    return contains(payload, available, "\"status\":\"error\"");
}

static bool ends_channel(const uint8_t *payload, size_t available) {
    size_t head = available < HEAD_BYTES ? available : HEAD_BYTES;
    return contains(payload, head, ",\"phx_error\",") || contains(payload, head, ",\"phx_close\",");
}

static void opening_text(engine *e, client *c, const uint8_t *payload, size_t available) {
    size_t head = available < HEAD_BYTES ? available : HEAD_BYTES;
    bool ours = begins(payload, available, "[\"" JOIN_REF "\",\"" JOIN_REF "\",");
    bool answer = ours && contains(payload, head, ",\"phx_reply\",");
    // The join of a topic that the server does not know is answered with the join_ref null.
    bool unmatched = begins(payload, available, "[null,\"" JOIN_REF "\",");
    if (unmatched || ends_channel(payload, available) || (answer && is_error(payload, available))) {
        char line[200];
        snprintf(line, sizeof line, "%.*s", (int)(available < 190 ? available : 190), (const char *)payload);
        client_end(e, c, line);
    } else if (answer) {
        client_ready(e, c);
    }
}

static int message(const engine *e, client *c, char out[MESSAGE_MAX], uint32_t content, uint64_t due) {
    char text[CONTENT_MAX + 1], topic[TOPIC_MAX];
    marked_content(text, content, due);
    return snprintf(out, MESSAGE_MAX, "[\"" JOIN_REF "\",\"%lu\",\"%s\",\"new_msg\",{\"body\":\"%s\"}]", ++c->ref,
                    topic_of(e, c, topic), text);
}

static text_kind kind(const uint8_t *payload, size_t available) {
    static const char broadcast[] = "[null,null,\"", event[] = "\",\"new_msg\",";
    if (begins(payload, available, broadcast)) {
        const uint8_t *topic = payload + sizeof broadcast - 1, *limit = payload + available;
        const uint8_t *end = memchr(topic, '"', (size_t)(limit - topic));
        return end && begins(end, (size_t)(limit - end), event) ? TEXT_MESSAGE : TEXT_OTHER;
    }
    size_t head = available < HEAD_BYTES ? available : HEAD_BYTES;
    if (contains(payload, head, ",\"phx_reply\",")) {
        if (is_error(payload, available)) return TEXT_REFUSAL;
        return contains(payload, head, ",\"phoenix\",") ? TEXT_HEARTBEAT : TEXT_OTHER;
    }
    return ends_channel(payload, available) ? TEXT_END : TEXT_OTHER;
}

static int heartbeat(client *c, char *out, size_t size) {
    return snprintf(out, size, "[null,\"%lu\",\"phoenix\",\"heartbeat\",{}]", ++c->ref);
}

const dialect phoenix_dialect = {
    .name = "phoenix", .path = "/socket/websocket", .target = target, .greet = send_join, .opening_text = opening_text,
    .message = message, .kind = kind, .keep = HEAD_BYTES, .heartbeat = heartbeat,
};
