// SPDX-License-Identifier: Apache-2.0
#include "messages.h"
#include <stdarg.h>
#include <stdbool.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "fail.h"

static char text[64 << 10];
static uint32_t said;

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(text + said, sizeof(text) - said, format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= sizeof(text) - said)
		fail("a frame is too small");
	said += length;
}

static void send(enum frame_type type)
{
	write_frame(type, text, said);
	said = 0;
}

uint64_t nanoseconds(clockid_t clock)
{
	struct timespec time;
	clock_gettime(clock, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

void say_hello(const struct program *programs, int count, uint32_t ring_bytes)
{
	struct utsname system;
	uname(&system);
	uint64_t boot = nanoseconds(CLOCK_BOOTTIME);
	say("{\"pid\":%d,\"kernel\":\"%s\",\"machine\":\"%s\",\"ring\":%u,\"boot\":\"%llu\",\"epoch\":\"%llu\",\"programs\":{",
	    getpid(), system.release, system.machine, ring_bytes, (unsigned long long)boot,
	    (unsigned long long)nanoseconds(CLOCK_REALTIME));
	for (int i = 0; i < count; i++)
		say("%s\"%s\":\"%s\"", i ? "," : "", programs[i].name, programs[i].state);
	say("}}");
	send(FRAME_HELLO);
}

void say_counters(enum frame_type type, const volatile struct shared *shared)
{
	bool first = true;
	uint64_t boot = nanoseconds(CLOCK_BOOTTIME);
	say("{\"boot\":\"%llu\",\"epoch\":\"%llu\",\"types\":{", (unsigned long long)boot,
	    (unsigned long long)nanoseconds(CLOCK_REALTIME));
	for (int event = 0; event < EVENT_TYPES; event++) {
		struct counter sum = {};
		for (int slot = 0; slot < COUNTER_SLOTS; slot++) {
			const volatile struct counter *counter = &shared->counters[slot][event];
			sum.made += counter->made;
			sum.sent += counter->sent;
			sum.lost += counter->lost;
			sum.filtered += counter->filtered;
			sum.limited += counter->limited;
		}
		if (!sum.made)
			continue;
		say("%s\"%d\":{\"made\":%llu,\"sent\":%llu,\"lost\":%llu,\"filtered\":%llu,\"limited\":%llu}", first ? "" : ",",
		    event, sum.made, sum.sent, sum.lost, sum.filtered, sum.limited);
		first = false;
	}
	say("}}");
	send(type);
}
