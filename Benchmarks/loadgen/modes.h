// The load generator's modes. Each prints one JSON object on standard output and returns the exit status.
#pragma once

#include "client.h"

int run_fanout(const options *o);
int run_memory(const options *o);
int run_durable(const options *o);
int run_joins(const options *o);
int run_pages(const options *o);
int run_fsyncrate(const options *o);
