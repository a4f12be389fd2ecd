// CPU time and memory of another process, as the kernel counts them.
#pragma once

#include <stdint.h>
#include <sys/types.h>

/// CPU time in ns that all threads of a process have used. Taken from schedstat (ns) where the kernel has it,
/// else from stat (clock ticks, 10 ms). 0 for pid 0 or a process that is gone.
uint64_t process_cpu_ns(pid_t pid);

/// Resident and proportional memory in bytes; 0 where unknown.
typedef struct {
    uint64_t rss;
    uint64_t pss;
    uint64_t anonymous;
} process_memory;

process_memory process_memory_of(pid_t pid);

/// CPU time in ns of this process.
uint64_t own_cpu_ns(void);
