#include "util.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

void die(const char *format, ...) {
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

void *must_alloc(size_t count, size_t size) {
    void *p = calloc(count ? count : 1, size);
    if (!p) die("out of memory (%zu x %zu bytes)", count, size);
    return p;
}

void *must_grow(void *old, size_t bytes) {
    void *p = realloc(old, bytes);
    if (!p) die("out of memory (%zu bytes)", bytes);
    return p;
}

uint64_t random_u64(void) {
    static uint64_t state;
    if (state == 0) state = (now_ns() * 0x9E3779B97F4A7C15ull ^ (uint64_t)getpid()) | 1;
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545F4914F6CDD1Dull;
}

void random_uuid(char out[37]) {
    static const char hex[] = "0123456789abcdef";
    uint64_t halves[2] = {random_u64(), random_u64()};
    halves[0] = (halves[0] & ~0xF000ull) | 0x4000ull;
    halves[1] = (halves[1] & ~(3ull << 62)) | (2ull << 62);
    size_t at = 0;
    for (int nibble = 0; nibble < 32; nibble++) {
        if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) out[at++] = '-';
        out[at++] = hex[halves[nibble / 16] >> (60 - 4 * (nibble % 16)) & 15];
    }
    out[at] = 0;
}

uint64_t raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

size_t read_lines(const char *path, char ***lines, size_t limit) {
    FILE *file = fopen(path, "r");
    if (!file) die("cannot read %s: %s", path, strerror(errno));
    char **found = must_alloc(limit, sizeof *found);
    size_t count = 0, room = 0;
    char *line = NULL;
    while (count < limit && getline(&line, &room, file) >= 0) {
        line[strcspn(line, "\r\n")] = 0;
        if (!*line) continue;
        found[count] = strdup(line);
        if (!found[count++]) die("out of memory");
    }
    free(line);
    fclose(file);
    *lines = found;
    return count;
}
