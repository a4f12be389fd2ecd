#define _GNU_SOURCE
#include "client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dialect.h"
#include "handshake.h"
#include "heartbeat.h"
#include "util.h"

#define EVENTS 512
#define READ_BYTES (256 * 1024)
#define OUT_LIMIT (16 * 1024 * 1024)

void engine_init(engine *e, const options *o, uint32_t count) {
    memset(e, 0, sizeof *e);
    e->options = o;
    e->count = count;
    e->clients = must_alloc(count, sizeof *e->clients);
    e->buffer = must_alloc(1, READ_BYTES);
    e->keep = HANDSHAKE_KEEP;
    e->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (e->epoll < 0) die("epoll_create1: %s", strerror(errno));
    prctl(PR_SET_TIMERSLACK, 1000);
    uint64_t descriptors = raise_descriptor_limit();
    if (count + 16 > descriptors) die("%u connections need more descriptors than %lu", count, descriptors);
    uint32_t members = o->members ? o->members : 1;
    for (uint32_t i = 0; i < count; i++) {
        client *c = &e->clients[i];
        c->fd = -1;
        c->index = i;
        c->room = o->room_base + i / members;
        c->guest = o->guests && i % members >= o->senders;
    }
}

const char *client_token(const engine *e, const client *c) {
    const options *o = e->options;
    return o->token_count && !c->guest ? o->tokens[c->index % o->token_count] : NULL;
}

void client_ready(engine *e, client *c) {
    c->phase = READY;
    e->opening--;
    e->ready++;
    if (e->open_times) histogram_add(e->open_times, now_ns() - c->opened_at);
}

// MARK: Sending

static void want_output(engine *e, client *c, bool wanted) {
    if (c->waiting_for_output == wanted) return;
    c->waiting_for_output = wanted;
    struct epoll_event event = {.events = EPOLLIN | (wanted ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(e->epoll, EPOLL_CTL_MOD, c->fd, &event);
}

void client_end(engine *e, client *c, const char *reason) {
    if (c->phase == CLOSED || c->phase == IDLE) return;
    if (c->phase == READY) {
        e->ready--;
        e->lost++;
    } else {
        e->opening--;
        e->failed++;
    }
    if (!e->first_failure[0]) {
        snprintf(e->first_failure, sizeof e->first_failure, "client %u in phase %d: %s", c->index, c->phase, reason);
    }
    close(c->fd);
    c->fd = -1;
    c->phase = CLOSED;
}

void client_queue_bytes(client *c, const void *bytes, size_t length) {
    if (c->out_length + length > OUT_LIMIT) die("the server does not read: %zu bytes wait", c->out_length);
    if (c->out_length + length > c->out_capacity) {
        c->out_capacity = (c->out_length + length) * 2;
        c->out = must_grow(c->out, c->out_capacity);
    }
    memcpy(c->out + c->out_length, bytes, length);
    c->out_length += length;
}

static void queue_frame(client *c, int opcode, const void *payload, size_t length) {
    uint8_t header[FRAME_HEADER_MAX], mask[4];
    uint32_t key = (uint32_t)random_u64();
    memcpy(mask, &key, sizeof mask);
    client_queue_bytes(c, header, frame_header(header, opcode, length, mask));
    client_queue_bytes(c, payload, length);
    frame_mask(c->out + c->out_length - length, length, mask, 0);
}

void client_queue_text(client *c, const char *text, size_t length) { queue_frame(c, OP_TEXT, text, length); }

void client_flush(engine *e, client *c) {
    if (c->fd < 0 || c->out_length == 0) return;
    ssize_t sent = send(c->fd, c->out, c->out_length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        client_end(e, c, strerror(errno));
        return;
    }
    if (sent > 0) {
        c->out_length -= (size_t)sent;
        memmove(c->out, c->out + sent, c->out_length);
    }
    want_output(e, c, c->out_length > 0);
}

// MARK: Receiving

static void close_frame(engine *e, client *c, const frame_step *step) {
    char line[160];
    unsigned code = step->available >= 2 ? (unsigned)(step->payload[0] << 8 | step->payload[1]) : 0;
    int text = step->available > 2 ? (int)step->available - 2 : 0;
    snprintf(line, sizeof line, "closed by the server: %u %.*s", code, text, text ? (char *)step->payload + 2 : "");
    client_end(e, c, line);
}

static void take_message(engine *e, client *c, const frame_step *step) {
    if (c->inspected) {
        e->on_text(e, c, step->payload, step->available, step->length);
    } else {
        c->frames++;
        e->text_frames++;
    }
}

static void take_text(engine *e, client *c, const frame_step *step) {
    const dialect *d = e->options->dialect;
    text_kind kind = d->kind ? d->kind(step->payload, step->available) : TEXT_MESSAGE;
    if (kind != TEXT_HEARTBEAT) e->activity++;
    int shown = (int)(step->available < 200 ? step->available : 200);
    char line[256];
    switch (kind) {
        case TEXT_MESSAGE: take_message(e, c, step); break;
        case TEXT_REFUSAL: die("the server refused: %.*s", shown, (const char *)step->payload);
        case TEXT_END:
            snprintf(line, sizeof line, "%.*s", shown, (const char *)step->payload);
            client_end(e, c, line);
            break;
        case TEXT_HEARTBEAT:
        case TEXT_OTHER: break;
    }
}

static void handle_frame(engine *e, client *c, const frame_step *step) {
    if (step->opcode == OP_TEXT && c->phase == READY) {
        take_text(e, c, step);
        return;
    }
    e->activity++;
    if (step->opcode == OP_TEXT) {
        e->options->dialect->opening_text(e, c, step->payload, step->available);
    } else if (step->opcode == OP_PING) {
        queue_frame(c, OP_PONG, step->payload, step->available);
        client_flush(e, c);
    } else if (step->opcode == OP_CLOSE) {
        close_frame(e, c, step);
    }
}

static void read_client(engine *e, client *c) {
    ssize_t got = recv(c->fd, e->buffer, READ_BYTES, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        client_end(e, c, got == 0 ? "end of stream" : strerror(errno));
        return;
    }
    e->bytes += (uint64_t)got;
    size_t at = 0, end = (size_t)got;
    if (c->phase == UPGRADING) {
        e->activity++;
        at = handshake_bytes(e, c, e->buffer, end);
    }
    while (at < end && c->phase != CLOSED) {
        frame_step step;
        size_t keep = c->phase != READY ? HANDSHAKE_KEEP : c->inspected ? e->keep : e->options->dialect->keep;
        at += frame_read(&c->reader, e->buffer + at, end - at, keep, &step);
        if (step.complete) handle_frame(e, c, &step);
        else e->activity++;
    }
}

static void write_client(engine *e, client *c) {
    if (c->phase == CONNECTING) {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error) {
            client_end(e, c, strerror(error));
            return;
        }
        c->phase = UPGRADING;
        e->activity++;
        handshake_begin(e, c);
    } else {
        client_flush(e, c);
    }
}

void engine_poll(engine *e, uint64_t timeout_ns) {
    struct epoll_event events[EVENTS];
    uint64_t heartbeat_ns = heartbeats_send(e, now_ns());
    if (heartbeat_ns < timeout_ns) timeout_ns = heartbeat_ns;
    struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / NS_PER_S), .tv_nsec = (long)(timeout_ns % NS_PER_S)};
    int count = epoll_pwait2(e->epoll, events, EVENTS, &timeout, NULL);
    if (count < 0 && errno != EINTR) die("epoll_pwait2: %s", strerror(errno));
    for (int i = 0; i < count; i++) {
        client *c = events[i].data.ptr;
        if (c->phase == CONNECTING && events[i].events & (EPOLLERR | EPOLLHUP)) events[i].events = EPOLLOUT;
        if (events[i].events & EPOLLOUT && c->fd >= 0) write_client(e, c);
        if (events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP) && c->fd >= 0) read_client(e, c);
    }
}

bool engine_drain(engine *e, uint64_t quiet_ns, uint64_t limit_ns) {
    uint64_t started = now_ns(), last = started;
    while (now_ns() - started < limit_ns) {
        uint64_t before = e->activity;
        engine_poll(e, quiet_ns / 5);
        if (e->activity != before) last = now_ns();
        if (now_ns() - last >= quiet_ns) return true;
    }
    return false;
}

// MARK: Closing

void engine_close(engine *e) {
    for (uint32_t i = 0; i < e->count; i++) {
        client *c = &e->clients[i];
        if (c->fd >= 0) close(c->fd);
        frame_reader_free(&c->reader);
        c->fd = -1;
        c->phase = IDLE;
        c->waiting_for_output = false;
        c->out_length = 0;
    }
    e->ready = e->opening = e->failed = e->lost = 0;
    e->heartbeat_turn = 0;
    e->next_heartbeat = 0;
}

void engine_free(engine *e) {
    engine_close(e);
    for (uint32_t i = 0; i < e->count; i++) free(e->clients[i].out);
    free(e->clients);
    free(e->buffer);
    close(e->epoll);
}
