// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/emit.h"
#include "../../kernel/pid.h"

struct fork_event {
	struct event header; /* of the parent */
	__u64 start;
	__u32 pid;
	__u32 own_pid; /* as the child's own pid namespace numbers it */
};

SEC("tp_btf/sched_process_fork")
int BPF_PROG(process_fork, struct task_struct *parent, struct task_struct *child)
{
	if (READ(child, pid) != READ(child, tgid))
		return 0; /* a thread */
	struct fork_event event = {};
	if (!wanted(EVENT_FORK) || !header(&event.header, EVENT_FORK))
		return 0;
	event.start = READ(child, start_boottime);
	event.pid = READ(child, tgid);
	struct pid *pid = READ(child, thread_pid);
	event.own_pid = number_at(pid, READ(pid, level));
	emit(&event.header, sizeof(event));
	return 0;
}
