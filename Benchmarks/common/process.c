#include "process.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "util.h"

static uint64_t schedstat_ns(pid_t pid, const char *task) {
    char path[96];
    snprintf(path, sizeof path, "/proc/%d/task/%.20s/schedstat", pid, task);
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    unsigned long long ran = 0;
    if (fscanf(file, "%llu", &ran) != 1) ran = 0;
    fclose(file);
    return ran;
}

static uint64_t stat_ns(pid_t pid) {
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    size_t got = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[got] = 0;
    const char *after = strrchr(line, ')');
    unsigned long long user = 0, kernel = 0;
    if (!after || sscanf(after + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user, &kernel) != 2) return 0;
    return (user + kernel) * (NS_PER_S / (unsigned long long)sysconf(_SC_CLK_TCK));
}

uint64_t process_cpu_ns(pid_t pid) {
    if (pid <= 0) return 0;
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *tasks = opendir(path);
    if (!tasks) return 0;
    uint64_t sum = 0;
    for (struct dirent *entry; (entry = readdir(tasks));) {
        if (entry->d_name[0] != '.') sum += schedstat_ns(pid, entry->d_name);
    }
    closedir(tasks);
    return sum ? sum : stat_ns(pid);
}

process_memory process_memory_of(pid_t pid) {
    process_memory memory = {0, 0, 0};
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
    FILE *file = pid > 0 ? fopen(path, "r") : NULL;
    if (!file) return memory;
    while (fgets(line, sizeof line, file)) {
        unsigned long long kib;
        if (sscanf(line, "Rss: %llu", &kib) == 1) memory.rss = kib * 1024;
        if (sscanf(line, "Pss: %llu", &kib) == 1) memory.pss = kib * 1024;
        if (sscanf(line, "Anonymous: %llu", &kib) == 1) memory.anonymous = kib * 1024;
    }
    fclose(file);
    return memory;
}

uint64_t own_cpu_ns(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    uint64_t seconds = (uint64_t)usage.ru_utime.tv_sec + (uint64_t)usage.ru_stime.tv_sec;
    return seconds * NS_PER_S + ((uint64_t)usage.ru_utime.tv_usec + (uint64_t)usage.ru_stime.tv_usec) * 1000;
}
