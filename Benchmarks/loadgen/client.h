// Many WebSocket clients of one chat server in one thread: connect, upgrade, join, then count frames.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "frame.h"
#include "histogram.h"

typedef struct dialect dialect;

/// What the command line sets; each mode reads what it needs.
typedef struct {
    const dialect *dialect;
    uint16_t port;
    const char *path;
    /// Features of the client's hello, for example `seq,ack,page`.
    const char *want;
    /// What Phoenix clients join; NULL for `room:` and the room's number.
    const char *topic;
    char **tokens;
    size_t token_count;
    /// Members of a room other than its senders come without a token.
    bool guests;
    /// The server's process, for CPU and memory; 0 for none.
    pid_t pid;
    uint32_t room_base, rooms, members, senders;
    /// Every n-th member of a room looks into its frames.
    uint32_t sample;
    double rate, seconds, warmup;
    bool max;
    /// Highest p99 that a step of `--max` may have, ms.
    double p99_limit_ms;
    uint32_t content, outstanding, in_flight, connections, rounds;
    uint64_t count, messages;
    /// Connections of one loopback source address (127.0.0.1, 127.0.0.2, ...).
    uint32_t per_source;
    const char *directory;
} options;

typedef enum { IDLE, CONNECTING, UPGRADING, GREETING, JOINING, READY, CLOSED } client_phase;

typedef struct {
    int fd;
    client_phase phase;
    uint32_t index;
    /// Number of the room on the wire (`channel_id`).
    uint32_t room;
    /// The last ref that a Phoenix client gave.
    uint64_t ref;
    bool guest;
    /// Its messages go to `on_text`; else they are only counted.
    bool inspected;
    bool waiting_for_output;
    /// Messages since the mode last reset it. Counted here, or by `on_text` for an inspected client.
    uint64_t frames;
    uint64_t opened_at;
    frame_reader reader;
    uint8_t *out;
    size_t out_length, out_capacity;
} client;

typedef struct engine engine;
struct engine {
    const options *options;
    client *clients;
    uint32_t count;
    int epoll;
    uint32_t opening, ready;
    /// Connections that ended without our doing.
    uint32_t lost;
    /// Connections that did not get as far as READY.
    uint32_t failed;
    char first_failure[256];
    /// Messages of clients that are not inspected, bytes of all.
    uint64_t text_frames, bytes;
    /// Grows with all that comes and goes, except for the answers to heartbeats.
    uint64_t activity;
    /// Whose heartbeat is next, and when (ns); 0 before the first.
    uint32_t heartbeat_turn;
    uint64_t next_heartbeat;
    /// Most bytes of a frame that an inspected client wants to see.
    size_t keep;
    uint32_t source_shift;
    /// From connect(2) to the answer to the join; may be NULL.
    histogram *open_times;
    /// A text frame of an inspected client, only messages where the dialect tells them; `available` may be below `length`.
    void (*on_text)(engine *e, client *c, const uint8_t *payload, size_t available, uint64_t length);
    void *context;
    uint8_t *buffer;
};

/// Prepares `count` clients; client `i` is member `i % members` of room `room_base + i / members`.
void engine_init(engine *e, const options *o, uint32_t count);

/// Opens the clients [from, to): first the first member of each room, then the rest, `in_flight` at a time.
/// Ends the process when one fails, or when it takes longer than the timeout.
void engine_open(engine *e, uint32_t from, uint32_t to, uint64_t timeout_ns);

/// Waits at most `timeout_ns` for input and handles it; may return sooner. Sends the heartbeats that are due.
void engine_poll(engine *e, uint64_t timeout_ns);

/// Reads until nothing but answers to heartbeats has come for `quiet_ns`, at most `limit_ns`; false when that was never.
bool engine_drain(engine *e, uint64_t quiet_ns, uint64_t limit_ns);

/// Closes all connections and makes the clients ready for another `engine_open`.
void engine_close(engine *e);

void engine_free(engine *e);

/// The token that the client uses, NULL for a guest.
const char *client_token(const engine *e, const client *c);

/// The client has joined its room.
void client_ready(engine *e, client *c);

/// Ends a connection that is open or opening, and counts it as lost or failed.
void client_end(engine *e, client *c, const char *reason);

/// Queues bytes as they are.
void client_queue_bytes(client *c, const void *bytes, size_t length);

/// Queues a masked text frame; `client_flush` sends what is queued.
void client_queue_text(client *c, const char *text, size_t length);
void client_flush(engine *e, client *c);

/// Whether `needle` is in the bytes.
bool contains(const uint8_t *bytes, size_t length, const char *needle);
