// SPDX-License-Identifier: Apache-2.0
/* The frames whose payload is JSON; docs/protocol/sensor.md, "Frames". */
#pragma once
#include <linux/types.h>
#include <stdint.h>
#include <time.h>
#include "../kernel/event.h"
#include "frames.h"

struct program {
	const char *name;
	const char *state; /* "attached", "absent", "off", or the error by which it was refused; NULL until that is known */
};

void say_hello(const struct program *programs, int count, uint32_t ring_bytes);

/* Events that are still in the ring are made and sent already, so a reader sees them after they are counted or before. */
void say_counters(enum frame_type type, const volatile struct shared *shared);

uint64_t nanoseconds(clockid_t clock);
