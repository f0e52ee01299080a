// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/call.h"

CALL(EVENT_NAMESPACE, 0, setns, NO_PATH, NO_PATH)
CALL(EVENT_NAMESPACE, 1, unshare, NO_PATH, NO_PATH)

/* CLONE_NEWTIME, NS, CGROUP, UTS, IPC, USER, PID, NET; the first is a signal number to clone, and counts for clone3 only. */
enum { NEW_TIME = 0x80, NEW_NAMESPACES = 0x7e020000 };

SEC("tracepoint/syscalls/sys_exit_clone")
int clone(struct trace_event_raw_sys_exit *context)
{
	/* The child returns too, with 0. */
	if (!context->ret || !(ARGUMENT(1, syscall_registers()) & NEW_NAMESPACES))
		return 0;
	return called(EVENT_NAMESPACE, 2, context->ret, NO_PATH, NO_PATH);
}

SEC("tracepoint/syscalls/sys_exit_clone3")
int clone3(struct trace_event_raw_sys_exit *context)
{
	__u64 flags = 0; /* the first field of struct clone_args */
	bpf_probe_read_user(&flags, sizeof(flags), (void *)ARGUMENT(1, syscall_registers()));
	if (!context->ret || !(flags & (NEW_NAMESPACES | NEW_TIME)))
		return 0;
	if (!wanted(EVENT_NAMESPACE))
		return 0;
	struct call_event event = {};
	if (!header(&event.header, EVENT_NAMESPACE))
		return 0;
	event.result = context->ret;
	event.arguments[0] = flags;
	event.header.call = 3;
	emit(&event.header, sizeof(event));
	return 0;
}
