// From connect(2) to the open socket: CONNECTING, UPGRADING; the dialect goes on with GREETING, JOINING, READY.
#pragma once

#include "client.h"

/// What a client sees of its frames before it is ready: what they are is told at the front.
#define HANDSHAKE_KEEP 4096

/// The connection stands: asks for the upgrade.
void handshake_begin(engine *e, client *c);

/// Takes bytes while UPGRADING; returns how many of them belonged to the response head.
size_t handshake_bytes(engine *e, client *c, const uint8_t *bytes, size_t length);
