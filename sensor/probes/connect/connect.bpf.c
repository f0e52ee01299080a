// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/socket.h"

SEC("tracepoint/syscalls/sys_exit_connect")
int connect(struct trace_event_raw_sys_exit *context)
{
	if (!wanted(EVENT_CONNECT))
		return 0;
	struct pt_regs *registers = syscall_registers();
	__s32 descriptor = ARGUMENT(1, registers);
	struct file *file = file_of(descriptor);
	struct socket *socket = file ? socket_of(file) : NULL;
	struct socket_event *event = event_buffer();
	if (!event || !socket) {
		COUNT(EVENT_CONNECT, filtered);
		return 0;
	}
	__builtin_memset((void *)event + sizeof(event->header), 0, sizeof(*event) - sizeof(event->header));
	read_socket(event, socket);
	if (!of_interest(event->family)) {
		COUNT(EVENT_CONNECT, filtered);
		return 0;
	}
	__u32 size = sizeof(*event);
	/* The kernel keeps the far end of a connection that was made or is under way; a refused one only the caller has. */
	bool kept = event->family != FAMILY_UNIX && (event->remote.port || context->ret == 0);
	if (!kept)
		size += read_address(event, &event->remote, (void *)ARGUMENT(2, registers), 0);
	if (!header(&event->header, EVENT_CONNECT))
		return 0;
	event->result = context->ret;
	event->descriptor = descriptor;
	emit(&event->header, size);
	return 0;
}
