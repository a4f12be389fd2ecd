// The JSON chat protocol: hello, channel_join, chat_send.
#include <stdio.h>

#include "dialect.h"
#include "message.h"
#include "util.h"

static bool target(const engine *e, const client *c, char *out, size_t size) {
    (void)c;
    return snprintf(out, size, "%s", e->options->path) < (int)size;
}

/// Writes `a,b` as `"a","b"`.
static void quote_list(char *out, size_t size, const char *list) {
    size_t at = 0;
    bool open = false;
    for (const char *p = list; *p && at + 4 < size; p++) {
        if (*p != ',' && !open) out[at++] = '"', open = true;
        if (*p == ',' && open) out[at++] = '"', open = false;
        out[at++] = *p;
    }
    if (open) out[at++] = '"';
    out[at] = 0;
}

static void send_hello(engine *e, client *c) {
    char text[4096], id[37], want[256], payload[3072] = "";
    random_uuid(id);
    quote_list(want, sizeof want, e->options->want);
    const char *token = client_token(e, c);
    if (token) snprintf(payload, sizeof payload, "\"token\":\"%s\"", token);
    int length = snprintf(text, sizeof text,
                          "{\"type\":\"hello\",\"id\":\"%s\",\"payload\":{%s},\"ext\":{\"v\":1,\"want\":[%s]}}", id, payload,
                          want);
    c->phase = GREETING;
    client_queue_text(c, text, (size_t)length);
    client_flush(e, c);
}

static void send_join(engine *e, client *c) {
    char text[256], id[37];
    random_uuid(id);
    int length = snprintf(text, sizeof text,
                          "{\"type\":\"channel_join\",\"id\":\"%s\",\"payload\":{\"channel_id\":%u},\"ext\":{\"history\":0}}", id,
                          c->room);
    c->phase = JOINING;
    client_queue_text(c, text, (size_t)length);
    client_flush(e, c);
}

static void opening_text(engine *e, client *c, const uint8_t *payload, size_t available) {
    if (contains(payload, available < 64 ? available : 64, "\"error\"")) {
        char line[200];
        snprintf(line, sizeof line, "%.*s", (int)(available < 190 ? available : 190), (const char *)payload);
        client_end(e, c, line);
    } else if (c->phase == GREETING && contains(payload, available, "\"hello\"")) {
        send_join(e, c);
    } else if (c->phase == JOINING && contains(payload, available, "\"channel_join\"")) {
        client_ready(e, c);
    }
}

static int message(const engine *e, client *c, char out[MESSAGE_MAX], uint32_t content, uint64_t due) {
    char text[CONTENT_MAX + 1], id[37];
    (void)e;
    marked_content(text, content, due);
    random_uuid(id);
    return snprintf(out, MESSAGE_MAX,
                    "{\"type\":\"chat_send\",\"id\":\"%s\",\"payload\":{\"channel_id\":%u,\"content\":\"%s\"}}", id, c->room,
                    text);
}

const dialect json_dialect = {
    .name = "json", .path = "/ws", .target = target, .greet = send_hello, .opening_text = opening_text, .message = message,
};
