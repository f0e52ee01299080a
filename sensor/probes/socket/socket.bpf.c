// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/call.h"
#include "../../kernel/socket.h"

enum { FAMILY_NETLINK = 16, TYPE_MASK = 15, TYPE_RAW = 3 };

/* Sockets that are made all the time; raw ones of IP are not. */
static __always_inline bool is_common(__u32 family, __u32 type)
{
	if (family == FAMILY_INET || family == FAMILY_INET6)
		return (type & TYPE_MASK) != TYPE_RAW;
	return family == FAMILY_UNIX || family == FAMILY_NETLINK;
}

SEC("tracepoint/syscalls/sys_exit_socket")
int socket(struct trace_event_raw_sys_exit *context)
{
	struct pt_regs *registers = syscall_registers();
	if (!settings.every_socket && is_common(ARGUMENT(1, registers), ARGUMENT(2, registers)))
		return 0;
	return called(EVENT_SOCKET, 0, context->ret, NO_PATH, NO_PATH);
}
