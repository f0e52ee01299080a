// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/socket.h"

SEC("tracepoint/syscalls/sys_exit_bind")
int bind(struct trace_event_raw_sys_exit *context)
{
	struct pt_regs *registers = syscall_registers();
	__s32 descriptor = ARGUMENT(1, registers);
	struct socket *socket = socket_at(descriptor);
	if (!socket)
		return 0;
	/* Of a Unix socket only the caller has the path as it was asked for; of a bind that failed likewise the address. */
	bool kept = !context->ret && READ(socket, sk, __sk_common.skc_family) != FAMILY_UNIX;
	return socket_called(EVENT_BIND, socket, context->ret, descriptor, kept ? NULL : (void *)ARGUMENT(2, registers));
}
