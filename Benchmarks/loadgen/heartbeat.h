// Heartbeats as phoenix.js sends them: one of each connection in 30 s.
#pragma once

#include "client.h"

/// Sends the heartbeats that are due; returns how many ns from `now` the next is due. They are spread evenly over the
/// connections and the interval, as those of a crowd that did not come all at once. None while connections are opening.
uint64_t heartbeats_send(engine *e, uint64_t now);
