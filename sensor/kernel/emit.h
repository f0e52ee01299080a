// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Filters that every event passes, the header of every event, and the way into the ring. */
#pragma once
#include "cgroup.h"
#include "event.h"
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile struct settings settings = {};

struct shared shared = {}; /* in .bss, which user space maps */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20); /* the loader may set another size */
} ring SEC(".maps");

/* Filter: cgroup ids, and what `cgroups_only` makes of them. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, __u8);
} cgroups SEC(".maps");

struct rate_key {
	__u32 pid;
	__u32 type;
};
struct rate {
	__u64 second;
	__u64 count;
};
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct rate_key);
	__type(value, struct rate);
} rates SEC(".maps");

/* An event is built here, as it is too large for the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8[2 * EVENT_BUFFER]);
} buffers SEC(".maps");

/*
 * A program is not preempted: tracepoints see to it, those of system calls in perf_syscall_exit() since Linux 6.13. An interrupt
 * counts nothing. So a CPU is alone with its slot, and need not lock it.
 */
#define COUNT(type, what)                                                                                              \
	do {                                                                                                           \
		__u32 cpu = bpf_get_smp_processor_id();                                                                \
		if (cpu < COUNTER_SLOTS - 1)                                                                           \
			shared.counters[cpu][type].what++;                                                             \
		else                                                                                                   \
			__sync_fetch_and_add(&shared.counters[COUNTER_SLOTS - 1][type].what, 1);                       \
	} while (0)

/* clang knows from the types that a size is in bounds and drops the mask that would tell the verifier. */
#define BOUND(value, mask) asm volatile("%0 &= %1" : "+r"(value) : "i"(mask))

static __always_inline void *event_buffer(void)
{
	__u32 zero = 0;
	return bpf_map_lookup_elem(&buffers, &zero);
}

static __always_inline bool within_rate(__u32 pid, __u32 type, __u64 now)
{
	if (!settings.rate)
		return true;
	struct rate_key key = {.pid = pid, .type = type};
	__u64 second = now >> 30; /* a second is 1.07 s here */
	struct rate *rate = bpf_map_lookup_elem(&rates, &key);
	if (!rate) {
		struct rate fresh = {.second = second, .count = 1};
		bpf_map_update_elem(&rates, &key, &fresh, BPF_ANY);
		return true;
	}
	if (rate->second != second) {
		rate->second = second;
		rate->count = 0;
	}
	/* Added, then read: an addition that gives the value from before takes Linux 5.12. */
	__sync_fetch_and_add(&rate->count, 1);
	return rate->count <= settings.rate;
}

/* Counts the event as made; false when the loader has been told to stop. */
static __always_inline bool made(enum event_type type)
{
	if (shared.stopped)
		return false;
	COUNT(type, made);
	return true;
}

/* False, and counted as filtered, when nobody wants anything of this process. */
static __always_inline bool process_wanted(enum event_type type)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	bool out = pid == settings.self[0] || pid == settings.self[1];
	if (!out && settings.cgroups_only) {
		__u64 cgroup = current_cgroup(current_task());
		out = !bpf_map_lookup_elem(&cgroups, &cgroup) == (settings.cgroups_only == 1);
	}
	if (out)
		COUNT(type, filtered);
	return !out;
}

static __always_inline bool wanted(enum event_type type)
{
	return made(type) && process_wanted(type);
}

/* Fills the header of an event of the current process; false when the process has sent too many. */
static __always_inline bool header(struct event *event, enum event_type type)
{
	__u64 ids = bpf_get_current_pid_tgid();
	__u64 owner = bpf_get_current_uid_gid();
	struct task_struct *task = current_task();
	__u64 now = bpf_ktime_get_boot_ns();
	if (!within_rate(ids >> 32, type, now)) {
		COUNT(type, limited);
		return false;
	}
	event->type = type;
	event->flags = 0;
	event->call = 0;
	event->time = now;
	event->start = READ(task, group_leader, start_boottime);
	event->cgroup = current_cgroup(task);
	event->pid = ids >> 32;
	event->tid = ids;
	event->uid = owner;
	event->gid = owner >> 32;
	event->last = now;
	event->count = 1;
	event->reserved = 0;
	return true;
}

/* Sends `size` bytes. The loader looks into the ring every few milliseconds, so nobody is woken. */
static __always_inline void emit(struct event *event, __u32 size)
{
	BOUND(size, EVENT_BUFFER - 1);
	event->size = size;
	__u32 type = event->type & (EVENT_TYPES - 1);
	announce_cgroup(&ring, event, event->cgroup, current_task());
	if (bpf_ringbuf_output(&ring, event, size, BPF_RB_NO_WAKEUP))
		COUNT(type, lost);
	else
		COUNT(type, sent);
}

/* Appends `length` bytes of kernel memory to an event of `size` bytes; returns the new size. */
static __always_inline __u32 append(void *event, __u32 size, const void *from, __u32 length)
{
	BOUND(size, EVENT_BUFFER - 1);
	BOUND(length, 4095);
	if (bpf_probe_read_kernel(event + size, length, from))
		return size;
	return size + length;
}
