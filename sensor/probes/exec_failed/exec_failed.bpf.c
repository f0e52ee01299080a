// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/call.h"

SEC("tracepoint/syscalls/sys_exit_execve")
int execve(struct trace_event_raw_sys_exit *context)
{
	return context->ret < 0 ? called(EVENT_EXEC_FAILED, 0, context->ret, PATH(1), NO_PATH) : 0;
}

SEC("tracepoint/syscalls/sys_exit_execveat")
int execveat(struct trace_event_raw_sys_exit *context)
{
	return context->ret < 0 ? called(EVENT_EXEC_FAILED, 1, context->ret, PATH_AT(1, 2), NO_PATH) : 0;
}
