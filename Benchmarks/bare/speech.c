#define _GNU_SOURCE
#include "speech.h"

#include <stdio.h>
#include <string.h>

bool has(const uint8_t *bytes, size_t length, const char *text) {
    return memmem(bytes, length, text, strlen(text)) != NULL;
}

/// What stands between `key` and the next quote; empty when there is no such key.
static slice string_after(const uint8_t *text, size_t length, const char *key) {
    const uint8_t *at = memmem(text, length, key, strlen(key));
    if (!at) return (slice){NULL, 0};
    at += strlen(key);
    const uint8_t *end = memchr(at, '"', (size_t)(text + length - at));
    return end ? (slice){at, (size_t)(end - at)} : (slice){NULL, 0};
}

/// The decimal number at the front, and how many digits it has.
static uint32_t number_at(const uint8_t *at, size_t length, size_t *digits) {
    uint32_t number = 0;
    size_t i = 0;
    for (; i < length && at[i] >= '0' && at[i] <= '9'; i++) number = number * 10 + (uint32_t)(at[i] - '0');
    *digits = i;
    return number;
}

// MARK: JSON

static uint32_t channel_of(const uint8_t *text, size_t length) {
    static const char key[] = "\"channel_id\":";
    const uint8_t *at = memmem(text, length, key, sizeof key - 1);
    size_t digits;
    if (!at) return 0;
    at += sizeof key - 1;
    return number_at(at, (size_t)(text + length - at), &digits);
}

static speech read_json(const uint8_t *text, size_t length) {
    speech said = {.kind = SAYS_NOTHING};
    size_t head = length < 40 ? length : 40;
    if (has(text, head, "\"chat_send\"")) {
        said.kind = SAYS_MESSAGE;
        said.content = string_after(text, length, "\"content\":\"");
    } else if (has(text, head, "\"channel_join\"")) {
        said.kind = SAYS_JOIN;
        said.room = channel_of(text, length);
    } else if (has(text, head, "\"history_get\"")) {
        said.kind = SAYS_HISTORY;
    } else if (has(text, head, "\"hello\"")) {
        said.kind = SAYS_HELLO;
    }
    return said;
}

// MARK: Phoenix

/// Takes the next element of an array whose elements hold no commas, and the comma after it.
static slice element(const uint8_t **at, const uint8_t *end) {
    const uint8_t *comma = *at < end ? memchr(*at, ',', (size_t)(end - *at)) : NULL;
    slice found = {*at, comma ? (size_t)(comma - *at) : 0};
    *at = comma ? comma + 1 : end;
    return found;
}

static bool is(slice part, const char *text) {
    return part.length == strlen(text) && memcmp(part.at, text, part.length) == 0;
}

/// `"room:7"` is room 7, so that rooms by number never fall together; any other topic is hashed (FNV-1a).
static uint32_t room_of(slice topic) {
    static const char prefix[] = "\"room:";
    size_t front = sizeof prefix - 1, digits = 0;
    if (topic.length > front + 1 && memcmp(topic.at, prefix, front) == 0) {
        uint32_t number = number_at(topic.at + front, topic.length - front - 1, &digits);
        if (digits == topic.length - front - 1) return number;
    }
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < topic.length; i++) hash = (hash ^ topic.at[i]) * 16777619u;
    return hash;
}

static speech read_phoenix(const uint8_t *text, size_t length) {
    const uint8_t *at = text + 1, *end = text + length;
    speech said = {.kind = SAYS_NOTHING, .phoenix = true};
    said.join_ref = element(&at, end);
    said.ref = element(&at, end);
    said.topic = element(&at, end);
    slice event = element(&at, end);
    if (is(event, "\"new_msg\"")) {
        said.kind = SAYS_MESSAGE;
        said.content = string_after(at, (size_t)(end - at), "\"body\":\"");
    } else if (is(event, "\"phx_join\"")) {
        said.kind = SAYS_JOIN;
        said.room = room_of(said.topic);
    } else if (is(event, "\"heartbeat\"")) {
        said.kind = SAYS_HEARTBEAT;
    }
    return said;
}

static size_t answer_phoenix(const speech *said, uint64_t number, char out[ANSWER_MAX]) {
    char response[48] = "";
    if (said->kind == SAYS_MESSAGE) snprintf(response, sizeof response, "\"id\":\"%lu\",\"seq\":%lu", number, number);
    int length = snprintf(out, ANSWER_MAX, "[%.*s,%.*s,%.*s,\"phx_reply\",{\"status\":\"ok\",\"response\":{%s}}]",
                          (int)said->join_ref.length, (const char *)said->join_ref.at, (int)said->ref.length,
                          (const char *)said->ref.at, (int)said->topic.length, (const char *)said->topic.at, response);
    return length < ANSWER_MAX ? (size_t)length : 0;
}

// MARK: Both

speech speech_read(const uint8_t *text, size_t length) {
    return length > 0 && text[0] == '[' ? read_phoenix(text, length) : read_json(text, length);
}

size_t speech_answer(const speech *said, uint64_t number, char out[ANSWER_MAX]) {
    if (said->phoenix && said->kind != SAYS_NOTHING) return answer_phoenix(said, number, out);
    switch (said->kind) {
        case SAYS_HELLO: return (size_t)snprintf(out, ANSWER_MAX, "{\"type\":\"hello\",\"payload\":{}}");
        case SAYS_JOIN: return (size_t)snprintf(out, ANSWER_MAX, "{\"type\":\"channel_join\",\"payload\":{}}");
        case SAYS_MESSAGE: return (size_t)snprintf(out, ANSWER_MAX, "{\"type\":\"ack\",\"payload\":{\"seq\":%lu}}", number);
        default: return 0;
    }
}

size_t speech_broadcast(const speech *said, size_t size, uint8_t *out) {
    static const char json[] = "{\"type\":\"chat_send\",\"payload\":{\"content\":\"", nulls[] = "[null,null,";
    static const char event[] = ",\"new_msg\",{\"body\":\"", middle[] = "\",\"pad\":\"";
    const char *tail = said->phoenix ? "\"}]" : "\"}}";
    uint8_t *at = out;
    if (said->phoenix) {
        at = mempcpy(at, nulls, sizeof nulls - 1);
        if (said->topic.length) at = mempcpy(at, said->topic.at, said->topic.length);
        at = mempcpy(at, event, sizeof event - 1);
    } else {
        at = mempcpy(at, json, sizeof json - 1);
    }
    if (said->content.length) at = mempcpy(at, said->content.at, said->content.length);
    at = mempcpy(at, middle, sizeof middle - 1);
    size_t fixed = (size_t)(at - out) + strlen(tail), pad = size > fixed ? size - fixed : 0;
    memset(at, 'x', pad);
    at = mempcpy(at + pad, tail, strlen(tail));
    return (size_t)(at - out);
}
