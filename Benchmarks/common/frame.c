#include "frame.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

#define CONTROL_PAYLOAD_MAX 125

size_t frame_header(uint8_t out[FRAME_HEADER_MAX], int opcode, size_t length, const uint8_t mask[4]) {
    size_t at = 2;
    uint8_t mask_bit = mask ? 0x80 : 0;
    out[0] = (uint8_t)(0x80 | opcode);
    if (length < 126) {
        out[1] = (uint8_t)(mask_bit | length);
    } else if (length < 65536) {
        out[1] = mask_bit | 126;
        out[at++] = (uint8_t)(length >> 8);
        out[at++] = (uint8_t)length;
    } else {
        out[1] = mask_bit | 127;
        for (int shift = 56; shift >= 0; shift -= 8) out[at++] = (uint8_t)((uint64_t)length >> shift);
    }
    if (mask) {
        memcpy(out + at, mask, 4);
        at += 4;
    }
    return at;
}

void frame_mask(uint8_t *bytes, size_t length, const uint8_t mask[4], uint64_t offset) {
    for (size_t i = 0; i < length; i++) bytes[i] ^= mask[(offset + i) & 3];
}

/// How long the header is, as far as its first bytes tell; 2 until those are there.
static size_t header_needed(const uint8_t *header, size_t have) {
    if (have < 2) return 2;
    size_t needed = 2 + ((header[1] & 0x80) ? 4 : 0);
    unsigned small = header[1] & 0x7F;
    return needed + (small == 126 ? 2 : small == 127 ? 8 : 0);
}

static void begin_payload(frame_reader *r) {
    unsigned small = r->header[1] & 0x7F;
    size_t at = 2, wide = small == 126 ? 2 : small == 127 ? 8 : 0;
    r->length = wide ? 0 : small;
    for (size_t i = 0; i < wide; i++) r->length = r->length << 8 | r->header[at++];
    r->masked = r->header[1] & 0x80;
    if (r->masked) memcpy(r->mask, r->header + at, 4);
    r->opcode = r->header[0] & 0x0F;
    r->remaining = r->length;
    r->kept_length = 0;
    r->header_length = 0;
    r->in_payload = true;
}

static size_t read_header(frame_reader *r, const uint8_t *bytes, size_t length) {
    size_t used = 0;
    while (used < length) {
        r->header[r->header_length++] = bytes[used++];
        if (r->header_length >= 2 && r->header_length == header_needed(r->header, r->header_length)) {
            begin_payload(r);
            break;
        }
    }
    return used;
}

static void keep_bytes(frame_reader *r, const uint8_t *bytes, size_t length, size_t keep) {
    if (r->kept_length >= keep) return;
    size_t take = keep - r->kept_length < length ? keep - r->kept_length : length;
    if (r->kept_length + take > r->kept_capacity) {
        size_t wanted = (r->kept_length + take) * 2;
        r->kept_capacity = (uint32_t)(wanted < 512 ? 512 : wanted);
        r->kept = must_grow(r->kept, r->kept_capacity);
    }
    memcpy(r->kept + r->kept_length, bytes, take);
    r->kept_length += (uint32_t)take;
}

size_t frame_read(frame_reader *r, uint8_t *bytes, size_t length, size_t keep, frame_step *step) {
    step->complete = false;
    size_t used = r->in_payload ? 0 : read_header(r, bytes, length);
    if (!r->in_payload) return used;

    size_t here = length - used < r->remaining ? length - used : (size_t)r->remaining;
    bool whole = here == r->length;
    if (!whole) keep_bytes(r, bytes + used, here, r->opcode >= OP_CLOSE ? CONTROL_PAYLOAD_MAX : keep);
    r->remaining -= here;
    if (r->remaining == 0) {
        r->in_payload = false;
        step->complete = true;
        step->opcode = r->opcode;
        step->length = r->length;
        step->payload = whole ? bytes + used : r->kept;
        step->available = whole ? here : r->kept_length;
        if (r->masked) frame_mask(step->payload, step->available, r->mask, 0);
    }
    return used + here;
}

void frame_reader_free(frame_reader *r) {
    free(r->kept);
    memset(r, 0, sizeof *r);
}
