// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/socket.h"

SEC("tracepoint/syscalls/sys_exit_connect")
int connect(struct trace_event_raw_sys_exit *context)
{
	struct pt_regs *registers = syscall_registers();
	__s32 descriptor = ARGUMENT(1, registers);
	struct socket *socket = socket_at(descriptor);
	if (!socket)
		return 0;
	/* The kernel keeps the far end of a connection that was made or is under way; else only the caller has it. */
	struct sock *sock = READ(socket, sk);
	bool kept = READ(sock, __sk_common.skc_family) != FAMILY_UNIX &&
		    READ(sock, __sk_common.skc_dport) != 0;
	return socket_called(EVENT_CONNECT, socket, context->ret, descriptor, kept ? NULL : (void *)ARGUMENT(2, registers));
}
