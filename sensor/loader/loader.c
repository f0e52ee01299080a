// SPDX-License-Identifier: Apache-2.0
/*
 * Loads the sensor's BPF programs, attaches them, and writes what they send to standard output as frames
 * (docs/protocol/sensor.md). It reads orders from standard input up to the line "start", then runs until standard input
 * ends. All else is done elsewhere: whatever happens to this process, the kernel removes its programs with it.
 *
 * Usage: loader OBJECT
 */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include "../kernel/event.h"
#include "drain.h"
#include "fail.h"
#include "messages.h"

enum { DRAIN_MS = 10, COUNTERS_MS = 1000, PROGRAMS_MAX = 256, NOBODY = 65534 };

static const char *object_file;
static struct bpf_object *object;
static struct settings settings;
static uint32_t ring_bytes = 8 << 20;

/* libbpf prints whole verifier logs; we keep warnings, a line at a time, for whoever reads standard error. */
static int print(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, arguments) : 0;
}

/* ---- orders ---- */

static struct bpf_map *map_named(const struct bpf_object *from, const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(from, name);
	if (!map)
		fail("the object has no map %s", name);
	return map;
}

struct fill {
	struct fill *next;
	const char *map;
	uint32_t key_size;
	uint8_t value;
	char key[256];
};
static struct fill *fills; /* put into maps once these exist */

static struct fill *fill(const char *map, uint32_t key_size, uint8_t value)
{
	struct fill *added = calloc(1, sizeof(*added));
	if (!added)
		fail("out of memory");
	*added = (struct fill){.next = fills, .map = map, .key_size = key_size, .value = value};
	return fills = added;
}

static void fill_name(const char *map, struct sieve *sieve, const char *name)
{
	size_t length = strlen(name);
	if (length >= FILTER_NAME)
		fail("too long for a filter: %s", name);
	char *key = fill(map, FILTER_NAME, 1)->key;
	strcpy(key, name);
	uint64_t head;
	memcpy(&head, key, sizeof(head));
	uint32_t bit = sieve_bit(head, length);
	sieve->bits[bit / 64] |= 1ULL << bit % 64;
}

static void fill_prefix(const char *text, uint8_t watched)
{
	uint32_t bits = strlen(text) * 8;
	if (strlen(text) > 252)
		fail("too long for a filter: %s", text);
	struct fill *added = fill("path_prefixes", 256, watched);
	memcpy(added->key, &bits, sizeof(bits));
	memcpy(added->key + sizeof(bits), text, strlen(text));
}

static struct program programs[PROGRAMS_MAX];
static int program_count;

static struct program *program_named(const char *name)
{
	for (struct program *program = programs; program < programs + program_count; program++)
		if (!strcmp(program->name, name))
			return program;
	fail("the object has no program %s", name);
}

static uint32_t address_class(const char *name)
{
	static const char *const names[] = {"unix", "loopback", "private", "public"}; /* by their bits */
	for (int bit = 0; bit < 4; bit++)
		if (!strcmp(names[bit], name))
			return 1 << bit;
	fail("no class of addresses: %s", name);
}

static void obey(const char *order, const char *argument)
{
	static int selves;
	if (!strcmp(order, "self") && selves < 2)
		settings.self[selves++] = strtoul(argument, NULL, 10);
	else if (!strcmp(order, "ring"))
		ring_bytes = strtoul(argument, NULL, 10);
	else if (!strcmp(order, "rate"))
		settings.rate = strtoul(argument, NULL, 10);
	else if (!strcmp(order, "every-open"))
		settings.every_open = 1;
	else if (!strcmp(order, "raw-paths"))
		settings.raw_paths = 1;
	else if (!strcmp(order, "environments"))
		settings.environments = 1;
	else if (!strcmp(order, "every-socket"))
		settings.every_socket = 1;
	else if (!strcmp(order, "only-cgroup") || !strcmp(order, "not-cgroup")) {
		uint64_t id = strtoull(argument, NULL, 10);
		settings.cgroups_only = order[0] == 'o' ? 1 : 2;
		memcpy(fill("cgroups", sizeof(id), 1)->key, &id, sizeof(id));
	} else if (!strcmp(order, "read-name"))
		fill_name("file_names", &settings.file_names, argument);
	else if (!strcmp(order, "read-in"))
		fill_name("directory_names", &settings.directory_names, argument);
	else if (!strcmp(order, "write"))
		fill_prefix(argument, 1);
	else if (!strcmp(order, "no-write"))
		fill_prefix(argument, 0);
	else if (!strcmp(order, "no-connect"))
		settings.quiet_connects |= address_class(argument);
	else if (!strcmp(order, "without"))
		program_named(argument)->state = "off";
	else
		fail("unknown order: %s %s", order, argument);
}

/* Reads byte by byte, so that nothing after "start" is taken from standard input. */
static void read_orders(void)
{
	char line[512];
	size_t length = 0;
	for (char byte; read(STDIN_FILENO, &byte, 1) == 1;) {
		if (byte != '\n') {
			if (length == sizeof(line) - 1)
				fail("an order is too long");
			line[length++] = byte;
			continue;
		}
		line[length] = 0;
		length = 0;
		if (!strcmp(line, "start"))
			return;
		char *argument = strchr(line, ' ');
		if (argument)
			*argument++ = 0;
		obey(line, argument ? argument : "");
	}
	fail("standard input ended before the order to start");
}

/* ---- programs ---- */

/* Tracepoints are looked up in tracefs. Where it is not mounted, we mount it for ourselves alone. */
static void ensure_tracefs(void)
{
	if (!access("/sys/kernel/tracing/events", F_OK))
		return;
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tracefs", "/sys/kernel/tracing", "tracefs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL))
		fail("tracefs is not mounted at /sys/kernel/tracing and cannot be: %s", strerror(errno));
}

/* Whether this kernel has the tracepoint of a program: system calls differ by architecture and configuration. */
static bool is_there(const struct bpf_program *program)
{
	const char *section = bpf_program__section_name(program);
	char file[256];
	if (strncmp(section, "tracepoint/", 11))
		return true;
	snprintf(file, sizeof(file), "/sys/kernel/tracing/events/%s/id", section + 11);
	return !access(file, F_OK);
}

static const char *error_name(int error)
{
	const char *name = strerrorname_np(error);
	return name ? name : "refused"; /* libbpf has errors of its own */
}

static struct bpf_object *open_object(void)
{
	struct bpf_object *opened = bpf_object__open_file(object_file, NULL);
	if (!opened)
		fail("%s: %s", object_file, strerror(errno));
	return opened;
}

static void list_programs(void)
{
	struct bpf_program *program;
	bpf_object__for_each_program(program, object)
	{
		if (program_count == PROGRAMS_MAX)
			fail("too many programs");
		programs[program_count++] =
			(struct program){strdup(bpf_program__name(program)), is_there(program) ? NULL : "absent"};
	}
}

/* Loads those programs whose state is not known yet, or of them `only` one; returns -errno when the kernel refuses any. */
static int load_programs(struct bpf_object *into, const struct program *only)
{
	struct bpf_program *program;
	bpf_object__for_each_program(program, into)
	{
		const struct program *entry = program_named(bpf_program__name(program));
		bpf_program__set_autoload(program, !entry->state && (!only || only == entry));
	}
	size_t size;
	memcpy((void *)bpf_map__initial_value(map_named(into, ".rodata"), &size), &settings, sizeof(settings));
	bpf_map__set_max_entries(map_named(into, "ring"), ring_bytes);
	return bpf_object__load(into);
}

/* An object is loaded whole or not at all. Where it is refused, each program is tried alone, and goes without those it must. */
static void load(void)
{
	if (load_programs(object, NULL)) {
		for (struct program *program = programs; program < programs + program_count; program++) {
			if (program->state)
				continue;
			struct bpf_object *alone = open_object();
			int refused = load_programs(alone, program);
			bpf_object__close(alone);
			if (refused)
				program->state = error_name(-refused);
		}
		bpf_object__close(object);
		object = open_object();
		int refused = load_programs(object, NULL);
		if (refused)
			fail("the kernel refused the programs: %s", strerror(-refused));
	}
	for (struct fill *entry = fills; entry; entry = entry->next)
		if (bpf_map__update_elem(map_named(object, entry->map), entry->key, entry->key_size, &entry->value, 1, BPF_ANY))
			fail("map %s: %s", entry->map, strerror(errno));
}

static void attach(void)
{
	struct bpf_program *program;
	int count = 0;
	bpf_object__for_each_program(program, object)
	{
		struct program *entry = program_named(bpf_program__name(program));
		if (entry->state)
			continue;
		bool done = bpf_program__attach(program); /* for as long as this process lives */
		entry->state = done ? "attached" : error_name(errno);
		count += done;
	}
	if (count == 0)
		fail("no program could be attached");
}

static volatile struct shared *shared; /* the programs' own memory */

static void map_shared(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map_named(object, ".bss")), 0);
	if (shared == MAP_FAILED)
		fail("the counters cannot be read: %s", strerror(errno));
}

/* From here on: no capability, no user, no way to get any. The ring and the counters are memory by now. */
static void drop_privileges(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {};
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* Both are best effort, as a container may lack CAP_SETGID and CAP_SETUID; losing every capability is not. */
	if (!setgroups(0, NULL) && !setresgid(NOBODY, NOBODY, NOBODY))
		(void)!setresuid(NOBODY, NOBODY, NOBODY);
	if (syscall(SYS_capset, &header, none))
		fail("capabilities could not be dropped: %s", strerror(errno));
}

static void run(void)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	uint64_t counted = 0;
	char ignored[64];
	for (bool more = false;;) {
		/* On a timer, since nobody wakes us: waking a reader for each event costs more than the event. */
		if (poll(&input, 1, more ? 0 : DRAIN_MS) > 0 && read(STDIN_FILENO, ignored, sizeof(ignored)) <= 0)
			return;
		more = drain_ring();
		uint64_t now = nanoseconds(CLOCK_MONOTONIC);
		if (now - counted < COUNTERS_MS * 1000000ULL)
			continue;
		counted = now;
		say_counters(FRAME_COUNTERS, shared);
	}
}

/*
 * Programs under way end within microseconds of the flag. Detaching them one by one would take a grace period of the
 * kernel each, seconds in all; when we exit it does so together.
 */
static void stop(void)
{
	shared->stopped = 1;
	usleep(DRAIN_MS * 1000);
	while (drain_ring())
		;
	say_counters(FRAME_END, shared);
}

int main(int count, char **arguments)
{
	pid_t parent = getppid();
	if (count != 2)
		fail("usage: loader OBJECT");
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN); /* a terminal sends it to the whole group; our parent tells us when to stop */
	libbpf_set_print(print);
	struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
	(void)!setrlimit(RLIMIT_MEMLOCK, &unlimited); /* before Linux 5.11 maps count against it */
	object_file = arguments[1];
	object = open_object();
	ensure_tracefs();
	list_programs();
	settings.self[0] = settings.self[1] = getpid();
	read_orders();
	load();
	map_shared();
	if (!open_ring(bpf_map__fd(map_named(object, "ring"))))
		fail("the ring cannot be read: %s", strerror(errno));
	attach();
	drop_privileges();
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* after the last change of user, which resets it */
	if (getppid() != parent)
		return 1;
	say_hello(programs, program_count, ring_bytes);
	run();
	stop();
	return 0;
}
