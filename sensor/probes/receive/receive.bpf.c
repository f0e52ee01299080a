// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/message.h"
#include "../../kernel/socket.h"

/* Who has been heard by a socket, so that of many datagrams of a peer one is told. One that is forgotten is told of again. */
struct peer {
	__u64 socket; /* inode */
	__u8 address[16];
	__u16 port;
	__u16 reserved[3];
};
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct peer);
	__type(value, __u8);
} peers SEC(".maps");

/* False of the first datagram of a peer: where the far end is a sockaddr of the process, of IPv4 or IPv6. */
static __always_inline bool heard_before(struct file *file, const void *address)
{
	struct peer peer = {.socket = READ(file, f_inode, i_ino)};
	__u16 family = 0;
	bpf_probe_read_user(&family, sizeof(family), address);
	bpf_probe_read_user(&peer.port, sizeof(peer.port), address + 2);
	if (family == FAMILY_INET)
		bpf_probe_read_user(peer.address, 4, address + 4);
	else
		bpf_probe_read_user(peer.address, 16, address + 8);
	if (bpf_map_lookup_elem(&peers, &peer))
		return true;
	__u8 one = 1;
	bpf_map_update_elem(&peers, &peer, &one, BPF_ANY);
	return false;
}

/* A datagram from an address; what comes over a connection was seen when that was made. */
static __always_inline int received(long result, __s32 descriptor, const void *address)
{
	struct file *file = address && result >= 0 ? file_of(descriptor) : NULL;
	struct socket *socket = file ? socket_of(file) : NULL;
	if (!socket)
		return 0;
	struct sock *sock = READ(socket, sk);
	__u16 family = READ(sock, __sk_common.skc_family);
	bool is_ip = family == FAMILY_INET || family == FAMILY_INET6;
	if (!is_ip || READ(socket, type) == TYPE_STREAM || READ(sock, __sk_common.skc_dport) || heard_before(file, address))
		return 0;
	return socket_called(EVENT_RECEIVE, socket, result, descriptor, address);
}

SEC("tracepoint/syscalls/sys_exit_recvfrom")
int recvfrom(struct trace_event_raw_sys_exit *context)
{
	struct pt_regs *registers = syscall_registers();
	return received(context->ret, ARGUMENT(1, registers), (void *)ARGUMENT(5, registers));
}

SEC("tracepoint/syscalls/sys_exit_recvmsg")
int recvmsg(struct trace_event_raw_sys_exit *context)
{
	struct pt_regs *registers = syscall_registers();
	struct message message = read_message((void *)ARGUMENT(2, registers));
	return received(context->ret, ARGUMENT(1, registers), message.address);
}
