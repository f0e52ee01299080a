// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/socket.h"

SEC("tracepoint/syscalls/sys_exit_listen")
int listen(struct trace_event_raw_sys_exit *context)
{
	__s32 descriptor = ARGUMENT(1, syscall_registers());
	struct socket *socket = socket_at(descriptor);
	return socket ? socket_called(EVENT_LISTEN, socket, context->ret, descriptor, NULL) : 0;
}
