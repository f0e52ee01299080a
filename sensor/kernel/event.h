// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* What goes over the ring; docs/protocol/sensor.md describes it, sensor/events/types.ts has the same numbers. */
#pragma once

enum event_type {
	EVENT_CGROUP = 1,
	EVENT_EXEC = 2,
	EVENT_EXIT = 3,
	EVENT_FORK = 4,
	EVENT_OPEN = 5,
	EVENT_CONNECT = 6,
	EVENT_BIND = 7,
	EVENT_LISTEN = 8,
	EVENT_ACCEPT = 9,
	EVENT_SEND = 10,
	EVENT_UNLINK = 11,
	EVENT_RENAME = 12,
	EVENT_LINK = 13,
	EVENT_MKDIR = 14,
	EVENT_CHMOD = 15,
	EVENT_MOUNT = 16,
	EVENT_NAMESPACE = 17,
	EVENT_PTRACE = 18,
	EVENT_IDENTITY = 19,
	EVENT_MODULE = 20,
	EVENT_BPF = 21,
	EVENT_MEMORY = 22,
	EVENT_DUP = 23,
	EVENT_SIGNAL = 24,
	EVENT_IO_URING = 25,
	EVENT_DNS = 26,
	EVENT_EXEC_FAILED = 27,
	EVENT_SOCKET = 28,
	EVENT_RECEIVE = 29,
	EVENT_TYPES = 64,
};

struct event {
	__u32 size; /* bytes, with this header */
	__u16 type;
	__u8 flags;
	__u8 call;    /* which of the system calls that make such events */
	__u64 time;   /* CLOCK_BOOTTIME, ns */
	__u64 start;  /* when the process started, CLOCK_BOOTTIME, ns: with pid it names a process for good */
	__u64 cgroup; /* id, see cgroup.h */
	__u32 pid;
	__u32 tid;
	__u32 uid;
	__u32 gid;
	__u64 last; /* time of the last of `count` events that are the same but for their time; see loader/repeats.h */
	__u32 count;
	__u32 reserved;
};

/* Flags of an event. */
enum { EVENT_TRUNCATED = 1 };

/* One for each event type: made = sent + lost + filtered + limited. */
struct counter {
	__u64 made;
	__u64 sent;
	__u64 lost;     /* the ring was full */
	__u64 filtered; /* nobody asked for it */
	__u64 limited;  /* beyond the process's rate */
};

enum { COUNTER_SLOTS = 256, EVENT_BUFFER = 8192 };

/* What kernel and loader both see, without system calls. */
struct shared {
	struct counter counters[COUNTER_SLOTS][EVENT_TYPES]; /* by CPU; the last is for all beyond */
	__u64 stopped; /* set by the loader: nothing more is made, so that the last count is exact */
};

/* What the loader sets before the programs are loaded. */
/* Classes of addresses. Private: RFC 1918, RFC 6598, fc00::/7, and link-local ones. */
enum { ADDRESS_UNIX = 1, ADDRESS_LOOPBACK = 2, ADDRESS_PRIVATE = 4, ADDRESS_PUBLIC = 8 };

enum { SIEVE_BITS = 4096, FILTER_NAME = 32 };

struct settings {
	__u32 self[2];       /* processes that are not watched: the loader and its parent */
	__u32 rate;          /* most events of a type a process may send in a second; 0: any number */
	__u32 cgroups_only;  /* 1: only cgroups in the map `cgroups`; 2: all but those */
	__u32 every_open;    /* 1: no filter on paths */
	__u32 raw_paths;     /* 1: opens tell the path as it was given, too */
	__u32 environments;  /* 1: execs tell the environment */
	__u32 every_socket;  /* 1: of the families that are made all the time, too */
	__u32 quiet_connects; /* ADDRESS_*: classes of far ends whose connects are no events */
	/* Names of files, and of directories, whose reads are events. */
	struct sieve {
		__u64 bits[SIEVE_BITS / 64];
	} file_names, directory_names;
};

/*
 * The bit of a name in a sieve, from its first eight bytes (NUL behind its end) and its length. A name whose bit is not set
 * is not in the list, which settles nearly every open for the price of two loads.
 */
static inline __u32 sieve_bit(__u64 head, __u32 length)
{
	return (head + length) * 0x9e3779b97f4a7c15 >> 52; /* Fibonacci hashing: the upper bits of a product */
}
