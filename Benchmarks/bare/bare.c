// The limit: the least that a chat server on epoll can do. It reads a member's frame and sends one frame of a given size
// to each member of the room with one send(2) each. It parses nothing it does not need, stores nothing, checks nothing.
// With --gather it sends what one turn of the loop brought to a room with one send(2) for each member.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame.h"
#include "speech.h"
#include "util.h"

#define EVENTS 512
#define READ_BYTES (64 * 1024)
#define ROOMS (1 << 18)
/// A member that has this much unread is cut off.
#define PENDING_LIMIT (8 * 1024 * 1024)
#define PAGE_MESSAGES 50

typedef struct peer peer;
typedef struct {
    peer **members;
    uint32_t count, capacity;
    /// What this turn brought, when gathering.
    uint8_t *gathered;
    size_t gathered_length, gathered_capacity;
} room;

struct peer {
    int fd;
    bool upgraded, wants_ack, waiting, dead;
    room *joined;
    uint32_t position;
    frame_reader reader;
    uint8_t *pending;
    size_t pending_length, pending_capacity;
};

static int poller;
static room rooms[ROOMS];
static uint8_t input[READ_BYTES];
static size_t frame_bytes = 300;
static uint64_t message_count;
/// Peers that died in this turn; freed when it is over.
static peer *dead[EVENTS * 64];
static size_t dead_count;
static bool gathering;
/// Rooms that have gathered something in this turn; a room more than fits is sent to at once.
static room *gathered_rooms[1024];
static size_t gathered_count;

// MARK: Sending

static void watch(peer *p, bool output) {
    if (p->waiting == output) return;
    p->waiting = output;
    struct epoll_event event = {.events = EPOLLIN | (output ? EPOLLOUT : 0), .data.ptr = p};
    epoll_ctl(poller, EPOLL_CTL_MOD, p->fd, &event);
}

static void leave(peer *p) {
    if (!p->joined) return;
    room *r = p->joined;
    peer *last = r->members[--r->count];
    r->members[p->position] = last;
    last->position = p->position;
    p->joined = NULL;
}

static void bury(peer *p) {
    if (p->dead || dead_count == sizeof dead / sizeof *dead) return;
    p->dead = true;
    shutdown(p->fd, SHUT_RDWR);
    dead[dead_count++] = p;
}

static void free_dead(void) {
    for (size_t i = 0; i < dead_count; i++) {
        leave(dead[i]);
        close(dead[i]->fd);
        frame_reader_free(&dead[i]->reader);
        free(dead[i]->pending);
        free(dead[i]);
    }
    dead_count = 0;
}

static void keep_pending(peer *p, const uint8_t *bytes, size_t length) {
    if (p->pending_length + length > PENDING_LIMIT) {
        bury(p);
        return;
    }
    if (p->pending_length + length > p->pending_capacity) {
        p->pending_capacity = (p->pending_length + length) * 2;
        p->pending = must_grow(p->pending, p->pending_capacity);
    }
    memcpy(p->pending + p->pending_length, bytes, length);
    p->pending_length += length;
    watch(p, true);
}

/// One send(2); what the socket does not take waits until it does.
static void send_bytes(peer *p, const uint8_t *bytes, size_t length) {
    if (p->dead) return;
    if (p->pending_length) {
        keep_pending(p, bytes, length);
        return;
    }
    ssize_t sent = send(p->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == (ssize_t)length) return;
    if (sent < 0 && errno != EAGAIN) {
        bury(p);
        return;
    }
    size_t taken = sent > 0 ? (size_t)sent : 0;
    keep_pending(p, bytes + taken, length - taken);
}

static void send_pending(peer *p) {
    ssize_t sent = send(p->fd, p->pending, p->pending_length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
        if (errno != EAGAIN) bury(p);
        return;
    }
    p->pending_length -= (size_t)sent;
    memmove(p->pending, p->pending + sent, p->pending_length);
    if (p->pending_length == 0) watch(p, false);
}

static void send_text(peer *p, const char *text, size_t length) {
    uint8_t frame[FRAME_HEADER_MAX + ANSWER_MAX];
    size_t header = frame_header(frame, OP_TEXT, length, NULL);
    memcpy(frame + header, text, length);
    send_bytes(p, frame, header + length);
}

// MARK: What clients say

static void join(peer *p, uint32_t number) {
    room *r = &rooms[number % ROOMS];
    leave(p);
    if (r->count == r->capacity) {
        r->capacity = r->capacity ? r->capacity * 2 : 4;
        r->members = must_grow(r->members, r->capacity * sizeof *r->members);
    }
    p->joined = r;
    p->position = r->count;
    r->members[r->count++] = p;
}

static void send_to_members(room *r, const uint8_t *bytes, size_t length) {
    for (uint32_t i = 0; i < r->count; i++) send_bytes(r->members[i], bytes, length);
}

static void gather(room *r, const uint8_t *frame, size_t size) {
    if (r->gathered_length == 0) {
        if (gathered_count == sizeof gathered_rooms / sizeof *gathered_rooms) {
            send_to_members(r, frame, size);
            return;
        }
        gathered_rooms[gathered_count++] = r;
    }
    if (r->gathered_length + size > r->gathered_capacity) {
        r->gathered_capacity = (r->gathered_length + size) * 2;
        r->gathered = must_grow(r->gathered, r->gathered_capacity);
    }
    memcpy(r->gathered + r->gathered_length, frame, size);
    r->gathered_length += size;
}

static void send_gathered(void) {
    for (size_t i = 0; i < gathered_count; i++) {
        room *r = gathered_rooms[i];
        send_to_members(r, r->gathered, r->gathered_length);
        r->gathered_length = 0;
    }
    gathered_count = 0;
}

static void broadcast(peer *p, const speech *said) {
    static uint8_t text[READ_BYTES + 65536];
    static uint8_t frame[FRAME_HEADER_MAX + sizeof text];
    room *r = p->joined;
    if (!r) return;
    size_t length = speech_broadcast(said, frame_bytes, text);
    size_t header = frame_header(frame, OP_TEXT, length, NULL);
    memcpy(frame + header, text, length);
    if (gathering) gather(r, frame, header + length);
    else send_to_members(r, frame, header + length);
}

/// A made-up page, so that the load generator's history mode can be tried without a server.
static void send_page(peer *p) {
    static uint8_t page[FRAME_HEADER_MAX + 64 * 1024];
    char text[PAGE_MESSAGES * 320 + 256];
    size_t at = (size_t)snprintf(text, sizeof text, "{\"type\":\"history_page\",\"payload\":{\"messages\":[");
    for (int i = 0; i < PAGE_MESSAGES; i++) {
        at += (size_t)snprintf(text + at, sizeof text - at, "%s{\"message_id\":%d,\"content\":\"%0200d\"}", i ? "," : "", i, i);
    }
    at += (size_t)snprintf(text + at, sizeof text - at, "]}}");
    size_t header = frame_header(page, OP_TEXT, at, NULL);
    memcpy(page + header, text, at);
    send_bytes(p, page, header + at);
}

static void handle_text(peer *p, const uint8_t *text, size_t length) {
    speech said = speech_read(text, length);
    bool answers = true;
    switch (said.kind) {
        case SAYS_HELLO: p->wants_ack = has(text, length, "\"ack\""); break;
        case SAYS_JOIN: join(p, said.room); break;
        case SAYS_MESSAGE:
            broadcast(p, &said);
            message_count++;
            answers = p->wants_ack || said.phoenix;
            break;
        case SAYS_HISTORY: send_page(p); break;
        case SAYS_HEARTBEAT:
        case SAYS_NOTHING: break;
    }
    char answer[ANSWER_MAX];
    size_t answer_length = answers ? speech_answer(&said, message_count, answer) : 0;
    if (answer_length) send_text(p, answer, answer_length);
}

// MARK: Sockets

/// Answers any request with the upgrade. The accept value is the one of RFC 6455 §1.3: the load generator always sends
/// that example's key. The head must come in one piece, as it does on loopback.
static void upgrade(peer *p, const uint8_t *bytes, size_t length) {
    static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                 "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    if (!has(bytes, length, "\r\n\r\n")) {
        bury(p);
        return;
    }
    p->upgraded = true;
    send_bytes(p, (const uint8_t *)answer, sizeof answer - 1);
}

static void read_peer(peer *p) {
    ssize_t got = recv(p->fd, input, sizeof input, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        bury(p);
        return;
    }
    if (!p->upgraded) {
        upgrade(p, input, (size_t)got);
        return;
    }
    for (size_t at = 0; at < (size_t)got && !p->dead;) {
        frame_step step;
        at += frame_read(&p->reader, input + at, (size_t)got - at, READ_BYTES, &step);
        if (step.complete && step.opcode == OP_TEXT) handle_text(p, step.payload, step.available);
        if (step.complete && step.opcode == OP_CLOSE) bury(p);
    }
}

static void accept_peers(int listener) {
    for (int i = 0; i < EVENTS; i++) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        peer *p = must_alloc(1, sizeof *p);
        p->fd = fd;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = p};
        if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl: %s", strerror(errno));
    }
}

static int listen_on(uint16_t port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) die("port %u: %s", port, strerror(errno));
    if (listen(listener, 4096) != 0) die("listen: %s", strerror(errno));
    return listener;
}

static void serve(int listener) {
    struct epoll_event events[EVENTS], event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(poller, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            peer *p = events[i].data.ptr;
            if (!p) {
                accept_peers(listener);
                continue;
            }
            if (events[i].events & EPOLLOUT && !p->dead && p->pending_length) send_pending(p);
            if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR) && !p->dead) read_peer(p);
        }
        send_gathered();
        free_dead();
    }
}

int main(int argc, char **argv) {
    static const struct option names[] = {{"port", 1, NULL, 'p'}, {"frame-bytes", 1, NULL, 'f'},
                                         {"gather", 0, NULL, 'g'}, {NULL, 0, NULL, 0}};
    uint16_t port = 8081;
    for (int option; (option = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        if (option == 'p') port = (uint16_t)atoi(optarg);
        else if (option == 'f') frame_bytes = (size_t)atoi(optarg);
        else if (option == 'g') gathering = true;
        else die("usage: bare [--port P] [--frame-bytes N] [--gather]");
    }
    if (frame_bytes > 65536) die("--frame-bytes is at most 65536");
    signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    poller = epoll_create1(EPOLL_CLOEXEC);
    serve(listen_on(port));
}
