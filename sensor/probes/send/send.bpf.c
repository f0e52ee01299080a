// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/message.h"
#include "../../kernel/socket.h"

/* A datagram to an address that it names; what goes over a connection was seen when that was made. */
static __always_inline int sent(long result, __s32 descriptor, const void *address)
{
	struct socket *socket = address ? socket_at(descriptor) : NULL;
	return socket ? socket_called(EVENT_SEND, socket, result, descriptor, address) : 0;
}

SEC("tracepoint/syscalls/sys_exit_sendto")
int sendto(struct trace_event_raw_sys_exit *context)
{
	struct pt_regs *registers = syscall_registers();
	return sent(context->ret, ARGUMENT(1, registers), (void *)ARGUMENT(5, registers));
}

SEC("tracepoint/syscalls/sys_exit_sendmsg")
int sendmsg(struct trace_event_raw_sys_exit *context)
{
	struct pt_regs *registers = syscall_registers();
	struct message message = read_message((void *)ARGUMENT(2, registers));
	return sent(context->ret, ARGUMENT(1, registers), message.address);
}

SEC("tracepoint/syscalls/sys_exit_sendmmsg")
int sendmmsg(struct trace_event_raw_sys_exit *context)
{
	struct pt_regs *registers = syscall_registers();
	const void *at = (void *)ARGUMENT(2, registers);
	for (long i = 0; i < MESSAGES && i < context->ret; i++, at += MESSAGE_BYTES)
		sent(sent_bytes(at), ARGUMENT(1, registers), read_message(at).address);
	return 0;
}
