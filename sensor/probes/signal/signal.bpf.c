// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/emit.h"

struct signal_event {
	struct event header;
	__u64 start; /* of the process it goes to */
	__u64 cgroup;
	__u32 pid;
	__u32 number;
};

/* Where a process sent it: si_code SI_USER, SI_QUEUE, SI_TKILL. The kernel's own have others, or no info at all. */
static __always_inline bool from_process(struct kernel_siginfo *info)
{
	if ((unsigned long)info <= 1) /* SEND_SIG_NOINFO comes from the kernel too, as do timers */
		return false;
	int code = READ(info, si_code);
	return code == 0 || code == -1 || code == -6;
}

/* Only from one cgroup to another: inside a container signals are nobody's business. */
SEC("tp_btf/signal_generate")
int BPF_PROG(signal, int number, struct kernel_siginfo *info, struct task_struct *target)
{
	if (!from_process(info))
		return 0;
	struct task_struct *task = current_task();
	__u64 to = cgroup_of(target);
	if (to == current_cgroup(task))
		return 0;
	struct signal_event event = {};
	if (!wanted(EVENT_SIGNAL) || !header(&event.header, EVENT_SIGNAL))
		return 0;
	event.start = READ(target, group_leader, start_boottime);
	event.pid = READ(target, tgid);
	event.number = number;
	event.cgroup = to;
	announce_cgroup(&ring, &event.header, to, target);
	emit(&event.header, sizeof(event));
	return 0;
}
