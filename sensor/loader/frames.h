// SPDX-License-Identifier: Apache-2.0
/* Writes frames to standard output; docs/protocol/sensor.md, "Frames". */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

enum frame_type { FRAME_HELLO = 1, FRAME_EVENTS = 2, FRAME_COUNTERS = 3, FRAME_END = 4 };
enum { FRAME_VERSION = 1, FRAME_PAYLOAD_MAX = 256 << 10 };

/* Writes one frame, waiting for the reader as long as it takes. Ends the process when nobody reads any more. */
void write_frame(enum frame_type type, const void *payload, uint32_t length);
