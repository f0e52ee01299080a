// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The cgroup of a process: its id in every event, and its path once. User space need not look for a cgroup that may be
 * gone by then, and it is the same for cgroup v1, v2 and both at once.
 */
#pragma once
#include "read.h"
#include "event.h"

/* Ids of the v1 hierarchy may be those of others in v2: bit 52 tells them apart (and a double still holds them). */
#define CGROUP_V1 (1ULL << 52)

enum { CGROUP_LEVELS = 8, CGROUP_NAME = 128 };

struct cgroup_event {
	struct event header; /* its cgroup is the one described */
	/* Names from the leaf up, each NUL-terminated; empty ones above the root. */
	char names[CGROUP_LEVELS][CGROUP_NAME];
};

/* The cgroups that have been described. One that is forgotten is described again. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, __u8);
} described SEC(".maps");

struct cgroup_buffer {
	struct cgroup_event description;
	__u64 last; /* that this CPU found described: most often the next one too */
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct cgroup_buffer);
} cgroup_buffers SEC(".maps");

/* The node of a task's cgroup: in v2 when it is in one there, else in the v1 hierarchy that counts processes. */
static __always_inline struct kernfs_node *cgroup_node(struct task_struct *task, bool *v1)
{
	struct css_set *set = READ(task, cgroups);
	struct kernfs_node *node = READ(set, dfl_cgrp, kn);
	*v1 = false;
	if (READ(node, id) > 1 || !bpf_core_enum_value_exists(enum cgroup_subsys_id, pids_cgrp_id))
		return node;
	int index = bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id);
	struct cgroup_subsys_state *state = (void *)word_at((void *)&set->subsys + index * sizeof(state));
	struct kernfs_node *other = READ(state, cgroup, kn);
	if (READ(other, id) <= 1)
		return node;
	*v1 = true;
	return other;
}

static __always_inline __u64 cgroup_of(struct task_struct *task)
{
	bool v1;
	__u64 id = READ(cgroup_node(task, &v1), id);
	return v1 ? id | CGROUP_V1 : id;
}

static __always_inline __u64 current_cgroup(struct task_struct *task)
{
	__u64 id = bpf_get_current_cgroup_id();
	return id > 1 ? id : cgroup_of(task);
}

static __always_inline struct kernfs_node *parent_node(struct kernfs_node *node)
{
	struct kernfs_node___6_15 *newer = (void *)node;
	if (bpf_core_field_exists(newer->__parent))
		return READ(newer, __parent);
	return READ(node, parent);
}

/* Describes the cgroup of a task. */
static __noinline int describe_cgroup(struct task_struct *task)
{
	__u32 zero = 0;
	struct cgroup_buffer *buffer = bpf_map_lookup_elem(&cgroup_buffers, &zero);
	if (!buffer)
		return 1;
	bool v1;
	struct kernfs_node *node = cgroup_node(task, &v1);
	for (int level = 0; level < CGROUP_LEVELS; level++) {
		char *name = buffer->description.names[level];
		name[0] = 0;
		bpf_probe_read_kernel_str(name, CGROUP_NAME, READ(node, name));
		node = parent_node(node);
	}
	return 0;
}

/* Sends the description of cgroup `id`, which is that of `task`, unless that has been done. */
static __always_inline void announce_cgroup(void *ring, const struct event *event, __u64 id, struct task_struct *task)
{
	__u32 zero = 0;
	struct cgroup_buffer *buffer = bpf_map_lookup_elem(&cgroup_buffers, &zero);
	if (!buffer || buffer->last == id)
		return;
	if (!bpf_map_lookup_elem(&described, &id)) {
		struct cgroup_event *description = &buffer->description;
		if (describe_cgroup(task))
			return;
		description->header = *event;
		description->header.type = EVENT_CGROUP;
		description->header.size = sizeof(*description);
		description->header.cgroup = id;
		if (bpf_ringbuf_output(ring, description, sizeof(*description), BPF_RB_NO_WAKEUP))
			return;
		__u8 one = 1;
		bpf_map_update_elem(&described, &id, &one, BPF_ANY);
	}
	buffer->last = id;
}
