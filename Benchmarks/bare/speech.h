// What the clients of the bare loop say, and what it answers: the JSON chat protocol of `/ws`, and Phoenix Channels 2.0.0.
// Only as much of it as the load generator needs.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Most bytes of an answer to one client.
#define ANSWER_MAX 256

typedef enum { SAYS_NOTHING, SAYS_HELLO, SAYS_JOIN, SAYS_MESSAGE, SAYS_HISTORY, SAYS_HEARTBEAT } speech_kind;

/// Bytes inside a client's frame.
typedef struct {
    const uint8_t *at;
    size_t length;
} slice;

/// What one text frame says. The slices are valid as long as the frame is.
typedef struct {
    speech_kind kind;
    bool phoenix;
    /// The room of a join.
    uint32_t room;
    /// The text of a message, escaped as it came.
    slice content;
    /// As they stand in the frame, with their quotes.
    slice join_ref, ref, topic;
} speech;

speech speech_read(const uint8_t *text, size_t length);

/// Writes the answer to a hello, a join, a message (the `number`th) or a heartbeat; returns its length, 0 for no answer.
size_t speech_answer(const speech *said, uint64_t number, char out[ANSWER_MAX]);

/// Writes the text that all members get of a message: `size` bytes, or more if less cannot hold it. Returns its length.
size_t speech_broadcast(const speech *said, size_t size, uint8_t *out);

/// Whether the text is in the bytes.
bool has(const uint8_t *bytes, size_t length, const char *text);
