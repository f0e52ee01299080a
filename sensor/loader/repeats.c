// SPDX-License-Identifier: Apache-2.0
#include "repeats.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Both tables are direct-mapped: who finds a place taken takes it, and then some repeats stay apart, which loses nothing. */
enum { RUN_BITS = 10, SEEN_BITS = 12 };

/* Events of one type that a process sends without any of another type between them. */
struct run {
	uint64_t start; /* of the process */
	uint32_t pid;
	uint32_t type;
	uint64_t number; /* one more for each run that ever began */
};
static struct run runs[1 << RUN_BITS];
static uint64_t last_run, last_of_frame_before;

/* The first event of its kind in a run. */
struct seen {
	uint64_t run;
	struct event *event;
};
static struct seen seen[1 << SEEN_BITS];
static struct seen *place; /* of the event last asked for */
static uint64_t place_run;

static uint64_t mixed(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15;
	return hash ^ hash >> 32;
}

static uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t length)
{
	uint64_t word;
	for (; length >= sizeof(word); bytes += sizeof(word), length -= sizeof(word)) {
		memcpy(&word, bytes, sizeof(word));
		hash = mixed(hash, word);
	}
	word = 0;
	memcpy(&word, bytes, length);
	return mixed(hash, word);
}

static bool is_mergeable(const struct event *event)
{
	return event->type != EVENT_EXEC && event->type != EVENT_FORK && event->type != EVENT_EXIT;
}

/* The number of the run that an event belongs to; it begins one where the last of its process was of another type. */
static uint64_t run_of(const struct event *event)
{
	struct run *run = &runs[mixed(mixed(0, event->pid), event->start) >> (64 - RUN_BITS)];
	bool goes_on = run->number > last_of_frame_before && run->pid == event->pid && run->start == event->start &&
		       run->type == event->type;
	if (!goes_on)
		*run = (struct run){event->start, event->pid, event->type, ++last_run};
	return run->number;
}

static bool is_same(const struct event *a, const struct event *b)
{
	enum { HEAD = offsetof(struct event, time), WHO = offsetof(struct event, start) };
	return !memcmp(a, b, HEAD) &&
	       !memcmp(&a->start, &b->start, offsetof(struct event, last) - WHO) &&
	       !memcmp(a + 1, b + 1, a->size - sizeof(*a));
}

struct event *find_repeated(const struct event *event)
{
	place = NULL;
	if (event->type == EVENT_CGROUP) /* no doing of the process */
		return NULL;
	place_run = run_of(event);
	if (!is_mergeable(event))
		return NULL;
	uint64_t hash = hash_bytes(place_run, (const char *)(event + 1), event->size - sizeof(*event));
	place = &seen[hash >> (64 - SEEN_BITS)];
	return place->run == place_run && is_same(place->event, event) ? place->event : NULL;
}

void remember(struct event *event)
{
	if (place)
		*place = (struct seen){place_run, event};
}

void forget_events(void)
{
	last_of_frame_before = last_run;
}
