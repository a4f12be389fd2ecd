// How often a second the disk makes 4 KiB durable: the limit of a server that acknowledges after it.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "modes.h"
#include "util.h"

#define BLOCK 4096
/// A write-ahead log of SQLite's default size; later commits overwrite its blocks.
#define LOG_BLOCKS 1024

static double measure(int file, uint64_t wrap_blocks, double seconds) {
    static uint8_t block[BLOCK];
    uint64_t start = now_ns(), limit = (uint64_t)(seconds * 1e9), done = 0;
    while (now_ns() - start < limit) {
        memcpy(block, &done, sizeof done);
        off_t at = (off_t)((wrap_blocks ? done % wrap_blocks : done) * BLOCK);
        if (pwrite(file, block, BLOCK, at) != BLOCK || fdatasync(file) != 0) die("fdatasync: %s", strerror(errno));
        done++;
    }
    return (double)done / ((double)(now_ns() - start) / 1e9);
}

static int create(const char *directory, char *path, size_t size) {
    snprintf(path, size, "%s/fsyncrate.%d", directory, getpid());
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) die("cannot create %s: %s", path, strerror(errno));
    return file;
}

int run_fsyncrate(const options *o) {
    char path[4096];
    int file = create(o->directory, path, sizeof path);
    double append = measure(file, 0, o->seconds / 2);
    close(file);
    unlink(path);

    file = create(o->directory, path, sizeof path);
    uint8_t *zeros = must_alloc(LOG_BLOCKS, BLOCK);
    if (write(file, zeros, (size_t)LOG_BLOCKS * BLOCK) != (ssize_t)LOG_BLOCKS * BLOCK || fsync(file) != 0) {
        die("cannot write %s: %s", path, strerror(errno));
    }
    double overwrite = measure(file, LOG_BLOCKS, o->seconds / 2);
    close(file);
    unlink(path);
    free(zeros);
    printf("{\"mode\":\"fsyncrate\",\"append_per_s\":%.1f,\"overwrite_per_s\":%.1f}\n", append, overwrite);
    return 0;
}
