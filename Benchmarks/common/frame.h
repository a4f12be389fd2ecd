// WebSocket frames (RFC 6455 §5.2): writing them, and walking over received ones without copying.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OP_CONTINUATION = 0, OP_TEXT = 1, OP_BINARY = 2, OP_CLOSE = 8, OP_PING = 9, OP_PONG = 10 };

/// Most bytes that a frame's header can take.
#define FRAME_HEADER_MAX 14

/// Writes the header of a final frame; returns its length. `mask` may be NULL (server to client).
size_t frame_header(uint8_t out[FRAME_HEADER_MAX], int opcode, size_t length, const uint8_t mask[4]);

/// Masks or unmasks in place (RFC 6455 §5.3); `offset` is the position of `bytes[0]` in the payload.
void frame_mask(uint8_t *bytes, size_t length, const uint8_t mask[4], uint64_t offset);

/// Where a byte stream is inside its frames. The payload of a frame that arrives whole in one read is never copied;
/// of one that is cut, up to `keep` bytes are kept if the owner wants them.
typedef struct {
    uint8_t header[FRAME_HEADER_MAX];
    uint8_t header_length;
    uint8_t opcode;
    bool masked;
    bool in_payload;
    uint8_t mask[4];
    uint64_t length;
    uint64_t remaining;
    uint8_t *kept;
    uint32_t kept_length;
    uint32_t kept_capacity;
} frame_reader;

/// One step of the walk.
typedef struct {
    /// A frame ended with this step.
    bool complete;
    int opcode;
    /// Length of the whole payload.
    uint64_t length;
    /// The payload, or its first `available` bytes when it was cut and not kept in full.
    uint8_t *payload;
    size_t available;
} frame_step;

/// Consumes bytes up to the end of one frame or of the input; returns how many were consumed (always > 0 for a
/// non-empty input). Masked payloads that arrive whole, or were kept, are unmasked.
/// `keep` is the most bytes of a cut text frame to keep, 0 for none; control frames are always kept.
size_t frame_read(frame_reader *reader, uint8_t *bytes, size_t length, size_t keep, frame_step *step);

void frame_reader_free(frame_reader *reader);
