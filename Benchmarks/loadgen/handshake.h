// From connect(2) to the answer to the join: CONNECTING, UPGRADING, GREETING, JOINING, READY.
#pragma once

#include "client.h"

/// What a client sees of its frames before it is ready: the type is at the front.
#define HANDSHAKE_KEEP 4096

/// The connection stands: asks for the upgrade.
void handshake_begin(engine *e, client *c);

/// Takes bytes while UPGRADING; returns how many of them belonged to the response head.
size_t handshake_bytes(engine *e, client *c, const uint8_t *bytes, size_t length);

/// Takes a text frame before READY.
void handshake_text(engine *e, client *c, const uint8_t *payload, size_t available);
