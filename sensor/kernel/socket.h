// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The two ends of a socket, as the kernel has them. */
#pragma once
#include "syscall.h"

enum { FAMILY_UNIX = 1, FAMILY_INET = 2, FAMILY_INET6 = 10, UNIX_PATH = 108 };

struct endpoint {
	__u8 address[16]; /* IPv4 in the first four */
	__u16 port;
	__u16 reserved;
};

/* Body of every event about a socket. */
struct socket_event {
	struct event header;
	__s32 result;
	__s32 descriptor;
	__u16 family;
	__u16 protocol;
	__u16 type; /* SOCK_* */
	__u16 path; /* of a Unix socket: length of what follows */
	struct endpoint local, remote;
};

static __always_inline struct socket *socket_of(struct file *file)
{
	if ((READ(file, f_inode, i_mode) & 0170000) != 0140000) /* S_IFSOCK */
		return NULL;
	return READ(file, private_data);
}

static __always_inline bool of_interest(__u16 family)
{
	return family == FAMILY_UNIX || family == FAMILY_INET || family == FAMILY_INET6;
}

static __always_inline __u16 swap(__u16 port)
{
	return __builtin_bswap16(port);
}

/* Fills in what the kernel knows of both ends. */
static __always_inline void read_socket(struct socket_event *event, struct socket *socket)
{
	struct sock *sock = READ(socket, sk);
	event->type = READ(socket, type);
	event->family = READ(sock, __sk_common.skc_family);
	event->protocol = READ(sock, sk_protocol);
	event->local.port = READ(sock, __sk_common.skc_num);
	event->remote.port = swap(READ(sock, __sk_common.skc_dport));
	if (event->family == FAMILY_INET) {
		BPF_CORE_READ_INTO((__u32 *)event->local.address, sock, __sk_common.skc_rcv_saddr);
		BPF_CORE_READ_INTO((__u32 *)event->remote.address, sock, __sk_common.skc_daddr);
	} else if (event->family == FAMILY_INET6) {
		BPF_CORE_READ_INTO(&event->local.address, sock, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&event->remote.address, sock, __sk_common.skc_v6_daddr);
	}
}

/* Reads a sockaddr of the process: for what the kernel does not keep, as the target of a datagram. */
static __always_inline __u32 read_address(struct socket_event *event, struct endpoint *endpoint, const void *address)
{
	__u16 family = 0;
	__u16 port = 0;
	bpf_probe_read_user(&family, sizeof(family), address);
	if (!of_interest(family))
		return 0;
	event->family = family;
	if (family == FAMILY_UNIX) {
		long read = bpf_probe_read_user_str((void *)event + sizeof(*event), UNIX_PATH, address + 2);
		event->path = read > 1 ? read - 1 : 0;
		return event->path;
	}
	bpf_probe_read_user(&port, sizeof(port), address + 2);
	endpoint->port = swap(port);
	if (family == FAMILY_INET)
		bpf_probe_read_user(endpoint->address, 4, address + 4);
	else if (family == FAMILY_INET6)
		bpf_probe_read_user(endpoint->address, 16, address + 8);
	return 0;
}

/*
 * Sends an event about a socket. `address`, where given, is a sockaddr of the process with the far end: for a datagram,
 * and for a connection that was not made, the kernel keeps none. Sockets of other families are no events of ours.
 */
static __always_inline int socket_called(enum event_type type, struct socket *socket, long result, __s32 descriptor,
					 const void *address)
{
	__u16 family = READ(socket, sk, __sk_common.skc_family);
	if (!of_interest(family) || !wanted(type))
		return 0;
	struct socket_event *event = event_buffer();
	if (!event || !header(&event->header, type))
		return 0;
	__builtin_memset(&event->result, 0, sizeof(*event) - sizeof(event->header));
	event->result = result;
	event->descriptor = descriptor;
	read_socket(event, socket);
	__u32 size = sizeof(*event);
	if (address)
		size += read_address(event, &event->remote, address);
	emit(&event->header, size);
	return 0;
}

/* The socket of a descriptor of the current process. */
static __always_inline struct socket *socket_at(__u32 descriptor)
{
	struct file *file = file_of(descriptor);
	return file ? socket_of(file) : NULL;
}
