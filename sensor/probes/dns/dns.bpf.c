// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/socket.h"
#include "../../kernel/message.h"

enum { DNS_PORT = 53, DNS_BYTES = 1024, PROTOCOL_UDP = 17 };

/* What went to or came from port 53, where it did: `bytes` at `data`. The address is the far end of a socket that has none. */
static __always_inline int dns(__s32 descriptor, const void *data, long bytes, const void *address)
{
	struct socket *socket = bytes > 0 ? socket_at(descriptor) : NULL;
	if (!socket)
		return 0;
	struct sock *sock = READ(socket, sk);
	__u16 family = READ(sock, __sk_common.skc_family);
	if ((family != FAMILY_INET && family != FAMILY_INET6) || READ(sock, sk_protocol) != PROTOCOL_UDP)
		return 0;
	__u16 port = READ(sock, __sk_common.skc_dport);
	if (!port && address)
		bpf_probe_read_user(&port, sizeof(port), address + 2);
	if (swap(port) != DNS_PORT || !wanted(EVENT_DNS))
		return 0;
	struct socket_event *event = event_buffer();
	if (!event || !header(&event->header, EVENT_DNS))
		return 0;
	__builtin_memset(&event->result, 0, sizeof(*event) - sizeof(event->header));
	event->result = bytes;
	event->descriptor = descriptor;
	read_socket(event, socket);
	if (address)
		read_address(event, &event->remote, address);
	__u32 size = sizeof(*event);
	__u32 length = bytes;
	if (bytes >= DNS_BYTES) {
		length = DNS_BYTES - 1;
		event->header.flags |= EVENT_TRUNCATED;
	}
	BOUND(length, DNS_BYTES - 1);
	event->path = 0;
	if (!bpf_probe_read_user((void *)event + size, length, data)) {
		event->path = length;
		size += length;
	}
	emit(&event->header, size);
	return 0;
}

static __always_inline int dns_message(__s32 descriptor, const void *header, long bytes)
{
	struct message message = read_message(header);
	return dns(descriptor, message.data, message.bytes < bytes ? message.bytes : bytes, message.address);
}

SEC("tracepoint/syscalls/sys_exit_sendto")
int dns_sendto(struct trace_event_raw_sys_exit *context)
{
	struct pt_regs *registers = syscall_registers();
	return dns(ARGUMENT(1, registers), (void *)ARGUMENT(2, registers), context->ret, (void *)ARGUMENT(5, registers));
}

SEC("tracepoint/syscalls/sys_exit_recvfrom")
int dns_recvfrom(struct trace_event_raw_sys_exit *context)
{
	struct pt_regs *registers = syscall_registers();
	return dns(ARGUMENT(1, registers), (void *)ARGUMENT(2, registers), context->ret, (void *)ARGUMENT(5, registers));
}

SEC("tracepoint/syscalls/sys_exit_sendmsg")
int dns_sendmsg(struct trace_event_raw_sys_exit *context)
{
	struct pt_regs *registers = syscall_registers();
	return dns_message(ARGUMENT(1, registers), (void *)ARGUMENT(2, registers), context->ret);
}

SEC("tracepoint/syscalls/sys_exit_recvmsg")
int dns_recvmsg(struct trace_event_raw_sys_exit *context)
{
	struct pt_regs *registers = syscall_registers();
	return dns_message(ARGUMENT(1, registers), (void *)ARGUMENT(2, registers), context->ret);
}

SEC("tracepoint/syscalls/sys_exit_sendmmsg")
int dns_sendmmsg(struct trace_event_raw_sys_exit *context)
{
	struct pt_regs *registers = syscall_registers();
	const void *at = (void *)ARGUMENT(2, registers);
	for (long i = 0; i < MESSAGES && i < context->ret; i++, at += MESSAGE_BYTES)
		dns_message(ARGUMENT(1, registers), at, sent_bytes(at));
	return 0;
}
