// SPDX-License-Identifier: Apache-2.0
/* Events from standard input, padded to 8 bytes, as the loader puts them into one frame: to standard output. */
#include <stdio.h>
#include <string.h>
#include "../../../sensor/loader/repeats.h"

static _Alignas(8) char events[16 << 20], frame[16 << 20];

int main(void)
{
	size_t length = fread(events, 1, sizeof(events), stdin), filled = 0;
	for (size_t at = 0; at < length;) {
		const struct event *event = (void *)(events + at);
		size_t padded = (event->size + 7) & ~7UL;
		struct event *repeated = find_repeated(event);
		if (repeated) {
			repeated->count++;
			repeated->last = event->time;
		} else {
			struct event *added = (void *)(frame + filled);
			memcpy(added, event, padded);
			remember(added);
			filled += padded;
		}
		at += padded;
	}
	return fwrite(frame, 1, filled, stdout) != filled;
}
