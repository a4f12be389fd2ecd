// Time, memory and identifiers that every part of the suite uses.
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define NS_PER_S 1000000000ull
#define NS_PER_MS 1000000ull

/// CLOCK_MONOTONIC in nanoseconds. Shared by all processes of one machine.
uint64_t now_ns(void);

/// Prints a line to standard error and ends the process with status 1.
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/// Memory or death: a benchmark that lacks memory has no result.
void *must_alloc(size_t count, size_t size);
void *must_grow(void *old, size_t bytes);

/// A fast generator (xorshift64*); good enough for identifiers and positions, never for secrets.
uint64_t random_u64(void);

/// Writes a version 4 UUID as 36 characters and a NUL.
void random_uuid(char out[37]);

/// Raises the soft descriptor limit to the hard one; returns it.
uint64_t raise_descriptor_limit(void);

/// Reads lines of a file; empty lines are left out. Returns the count (at most `limit`).
size_t read_lines(const char *path, char ***lines, size_t limit);
