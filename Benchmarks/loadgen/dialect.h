// What a client says and what it makes of what it gets: the part of a client that depends on the server's protocol.
#pragma once

#include "client.h"

/// Most bytes of a frame with a message.
#define MESSAGE_MAX 8192

/// Most bytes of a topic, with its NUL.
#define TOPIC_MAX 128

/// What a text frame of a READY client is.
typedef enum {
    /// A message of the client's room: a delivery.
    TEXT_MESSAGE,
    /// The answer to a heartbeat: not a sign that the server is still busy.
    TEXT_HEARTBEAT,
    /// The server refused what the client asked for: the run has no result.
    TEXT_REFUSAL,
    /// The server put the client out of its room: the same as a lost connection.
    TEXT_END,
    /// Anything else, for example who is present.
    TEXT_OTHER,
} text_kind;

struct dialect {
    const char *name;
    /// The socket's path when the command line names none.
    const char *path;
    /// Writes the request target: the path and what the protocol has in its query. False when it does not fit.
    bool (*target)(const engine *e, const client *c, char *out, size_t size);
    /// The socket is open: says the first words.
    void (*greet)(engine *e, client *c);
    /// Takes a text frame before READY, of which `available` bytes are there.
    void (*opening_text)(engine *e, client *c, const uint8_t *payload, size_t available);
    /// Writes a frame with a message for the client's room, whose text has `content` bytes; returns its length.
    int (*message)(const engine *e, client *c, char out[MESSAGE_MAX], uint32_t content, uint64_t due);
    /// Tells what a text frame is by its first bytes. NULL: to a client that is not inspected every one is a message.
    text_kind (*kind)(const uint8_t *payload, size_t available);
    /// How many of the first bytes `kind` wants of a frame that was cut.
    size_t keep;
    /// Writes the frame that keeps a connection alive and returns its length; NULL when the protocol has none.
    int (*heartbeat)(client *c, char *out, size_t size);
};

/// The JSON chat protocol of `/ws`: hello, then `channel_join`.
extern const dialect json_dialect;

/// Phoenix Channels, version 2.0.0: `phx_join` of a topic at once.
extern const dialect phoenix_dialect;
