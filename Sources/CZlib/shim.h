// zlib's initialisers are macros that pass the header's version along, so Swift cannot see them.
#ifndef PARLEY_CZLIB_SHIM_H
#define PARLEY_CZLIB_SHIM_H

#include <zlib.h>

/// Prepares a raw deflate stream (no zlib header): `window_bits` 9...15, `level` 0...9, `memory_level` 1...9.
static inline int parley_deflate_init_raw(z_streamp stream, int level, int window_bits, int memory_level) {
    return deflateInit2(stream, level, Z_DEFLATED, -window_bits, memory_level, Z_DEFAULT_STRATEGY);
}

/// Prepares a raw inflate stream (no zlib header): `window_bits` 8...15.
static inline int parley_inflate_init_raw(z_streamp stream, int window_bits) {
    return inflateInit2(stream, -window_bits);
}

#endif
