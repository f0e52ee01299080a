// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* A pid has a number in each pid namespace from the first, at level 0, down to its own. */
#pragma once
#include "read.h"

static __always_inline void *entry_at(struct pid *pid, __u32 level)
{
	return (void *)pid + bpf_core_field_offset(struct pid, numbers) + level * bpf_core_type_size(struct upid);
}

static __always_inline __u32 number_at(struct pid *pid, __u32 level)
{
	__u32 number = 0;
	bpf_probe_read_kernel(&number, sizeof(number), entry_at(pid, level) + bpf_core_field_offset(struct upid, nr));
	return number;
}

/* The inode number of the pid namespace at a level. */
static __always_inline __u32 namespace_at(struct pid *pid, __u32 level)
{
	struct pid_namespace *namespace = NULL;
	bpf_probe_read_kernel(&namespace, sizeof(namespace), entry_at(pid, level) + bpf_core_field_offset(struct upid, ns));
	return READ(namespace, ns.inum);
}
