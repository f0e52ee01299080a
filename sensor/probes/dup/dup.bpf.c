// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/socket.h"

/* A socket that becomes standard input, output or error: what a reverse shell does. */
static __always_inline int duplicated(long result)
{
	if (result < 0 || result > 2)
		return 0;
	struct file *file = file_of(result);
	struct socket *socket = file ? socket_of(file) : NULL;
	if (!socket)
		return 0;
	return socket_called(EVENT_DUP, socket, result, ARGUMENT(1, syscall_registers()), NULL);
}

SEC("tracepoint/syscalls/sys_exit_dup2")
int dup2(struct trace_event_raw_sys_exit *context)
{
	return duplicated(context->ret);
}

SEC("tracepoint/syscalls/sys_exit_dup3")
int dup3(struct trace_event_raw_sys_exit *context)
{
	return duplicated(context->ret);
}

SEC("tracepoint/syscalls/sys_exit_dup")
int dup(struct trace_event_raw_sys_exit *context)
{
	return duplicated(context->ret);
}
