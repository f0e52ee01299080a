// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/emit.h"

struct exit_event {
	struct event header;
	__u32 code; /* as wait(2) reports it */
	__u32 reserved;
};

SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exit, struct task_struct *current)
{
	struct task_struct *task = current_task();
	if (READ(task, signal, live.counter) != 0)
		return 0; /* a thread: the process lives on */
	struct exit_event event = {};
	if (!wanted(EVENT_EXIT) || !header(&event.header, EVENT_EXIT))
		return 0;
	event.code = READ(task, exit_code);
	emit(&event.header, sizeof(event));
	return 0;
}
