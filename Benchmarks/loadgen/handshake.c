#define _GNU_SOURCE
#include "handshake.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "dialect.h"
#include "util.h"

bool contains(const uint8_t *bytes, size_t length, const char *needle) {
    return memmem(bytes, length, needle, strlen(needle)) != NULL;
}

void handshake_begin(engine *e, client *c) {
    char target[3600], request[4096];
    if (!e->options->dialect->target(e, c, target, sizeof target)) die("a path or token is too long");
    int length = snprintf(request, sizeof request,
                          "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                          target, e->options->port);
    client_queue_bytes(c, request, (size_t)length);
    client_flush(e, c);
}

static void start_client(engine *e, client *c) {
    c->opened_at = now_ns();
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0) die("socket: %s", strerror(errno));
    int on = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    uint32_t source = c->index / e->options->per_source + e->source_shift;
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + source % 200)};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(e->options->port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->phase = CONNECTING;
    e->opening++;
    if (bind(c->fd, (struct sockaddr *)&from, sizeof from) != 0) die("bind: %s", strerror(errno));
    if (connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS) {
        client_end(e, c, strerror(errno));
        return;
    }
    c->waiting_for_output = true;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
    if (epoll_ctl(e->epoll, EPOLL_CTL_ADD, c->fd, &event) != 0) die("epoll_ctl: %s", strerror(errno));
}

// The head is gathered in the frame reader's buffer.
size_t handshake_bytes(engine *e, client *c, const uint8_t *bytes, size_t length) {
    frame_reader *r = &c->reader;
    size_t before = r->kept_length;
    if (before + length + 1 > r->kept_capacity) {
        r->kept_capacity = (uint32_t)(before + length + 1024);
        r->kept = must_grow(r->kept, r->kept_capacity);
    }
    memcpy(r->kept + before, bytes, length);
    r->kept_length = (uint32_t)(before + length);
    const uint8_t *end = memmem(r->kept, r->kept_length, "\r\n\r\n", 4);
    if (!end) {
        if (r->kept_length > 16384) client_end(e, c, "endless response head");
        return length;
    }
    size_t used = (size_t)(end + 4 - r->kept) - before;
    if (memcmp(r->kept, "HTTP/1.1 101", 12) != 0) {
        char line[128];
        snprintf(line, sizeof line, "upgrade refused: %.*s", (int)strcspn((char *)r->kept, "\r"), (char *)r->kept);
        client_end(e, c, line);
        return length;
    }
    r->kept_length = 0;
    e->options->dialect->greet(e, c);
    return used;
}

static void open_pass(engine *e, uint32_t from, uint32_t to, bool first_members, uint64_t deadline) {
    uint32_t members = e->options->members ? e->options->members : 1;
    uint32_t next = from;
    while (next < to || e->opening > 0) {
        while (next < to && e->opening < e->options->in_flight && !e->failed) {
            if ((next % members == 0) == first_members) start_client(e, &e->clients[next]);
            next++;
        }
        engine_poll(e, 10 * NS_PER_MS);
        if (e->failed || e->lost) die("a connection failed: %s", e->first_failure);
        if (now_ns() > deadline) die("%u of %u connections ready when the time was up", e->ready, to - from);
    }
}

void engine_open(engine *e, uint32_t from, uint32_t to, uint64_t timeout_ns) {
    uint64_t deadline = now_ns() + timeout_ns;
    open_pass(e, from, to, true, deadline);
    open_pass(e, from, to, false, deadline);
}
