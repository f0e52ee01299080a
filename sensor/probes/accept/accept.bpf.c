// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/socket.h"

/* The descriptor of the connection; a call that fails accepted nobody. */
static __always_inline int accepted(long result)
{
	struct socket *socket = result >= 0 ? socket_at(result) : NULL;
	return socket ? socket_called(EVENT_ACCEPT, socket, result, result, NULL) : 0;
}

SEC("tracepoint/syscalls/sys_exit_accept")
int accept(struct trace_event_raw_sys_exit *context)
{
	return accepted(context->ret);
}

SEC("tracepoint/syscalls/sys_exit_accept4")
int accept4(struct trace_event_raw_sys_exit *context)
{
	return accepted(context->ret);
}
