#ifndef PARLEY_WEB_ASSETS_H
#define PARLEY_WEB_ASSETS_H

#include <stddef.h>
#include <stdint.h>

/// One file of the web client, compiled into the binary.
///
/// All pointers are to constants with the life time of the process.
typedef struct WebAsset {
    /// Where the file is served: an absolute path such as "/protocol/link.js"; the page itself is "/index.html".
    const char *path;
    /// The value of `Content-Type`, with a charset for text.
    const char *content_type;
    /// The file's bytes; not NUL-terminated.
    const unsigned char *bytes;
    /// How many bytes there are.
    size_t length;
} WebAsset;

/// How many files the web client has.
size_t web_asset_count(void);

/// The file at `index`, sorted by path; NULL when `index` is not below `web_asset_count()`.
const WebAsset *web_asset_at(size_t index);

/// The file served at `path` (exact match, NUL-terminated); NULL when there is none. `O(log n)`.
const WebAsset *web_asset_find(const char *path);

/// A 64-bit FNV-1a digest of the file's bytes, for a strong `ETag`. Reads every byte: compute it once, at start.
///
/// It tells versions of our own files apart; it does not protect against a forger.
uint64_t web_asset_digest(const WebAsset *asset);

#endif
