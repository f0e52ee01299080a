// SPDX-License-Identifier: Apache-2.0
#include "drain.h"
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include "frames.h"
#include "repeats.h"

/* A drain that finds ever more ends after so many events, for the sake of the frame, the counters and the order to stop. */
enum { DRAIN_EVENTS = 1 << 16 };

static struct ring_buffer *ring;
static _Alignas(8) char payload[FRAME_PAYLOAD_MAX];
static uint32_t filled;
static uint32_t taken; /* in this drain */

static void flush(void)
{
	if (filled)
		write_frame(FRAME_EVENTS, payload, filled);
	filled = 0;
	forget_events();
}

static int take(void *context, void *data, size_t size)
{
	(void)context;
	const struct event *event = data;
	size_t padded = (size + 7) & ~7UL;
	if (filled + padded > sizeof(payload))
		flush();
	struct event *repeated = find_repeated(event);
	if (repeated) {
		repeated->count++;
		repeated->last = event->time;
	} else {
		struct event *added = (void *)(payload + filled);
		memcpy(added, data, size);
		filled += padded;
		remember(added);
	}
	return ++taken < DRAIN_EVENTS ? 0 : -EAGAIN;
}

bool open_ring(int descriptor)
{
	ring = ring_buffer__new(descriptor, take, NULL, NULL);
	return ring;
}

bool drain_ring(void)
{
	taken = 0;
	bool more = ring_buffer__consume(ring) == -EAGAIN;
	flush();
	return more;
}
