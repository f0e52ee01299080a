// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The two ends of a socket, as the kernel has them. */
#pragma once
#include "syscall.h"

enum { FAMILY_UNIX = 1, FAMILY_INET = 2, FAMILY_INET6 = 10, TYPE_STREAM = 1, UNIX_PATH = 108 };

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
		*(__u32 *)event->local.address = READ(sock, __sk_common.skc_rcv_saddr);
		*(__u32 *)event->remote.address = READ(sock, __sk_common.skc_daddr);
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

static __always_inline __u32 class_of_ipv4(const __u8 *address)
{
	__u8 first = address[0], second = address[1];
	if (first == 127 || !(first | second | address[2] | address[3])) /* 0.0.0.0 connects to the host itself */
		return ADDRESS_LOOPBACK;
	bool private = first == 10 || (first == 172 && (second & 0xf0) == 16) || (first == 192 && second == 168) ||
		       (first == 100 && (second & 0xc0) == 64) || (first == 169 && second == 254);
	return private ? ADDRESS_PRIVATE : ADDRESS_PUBLIC;
}

/* ADDRESS_* of the far end. */
static __always_inline __u32 class_of(const struct socket_event *event)
{
	const __u8 *address = event->remote.address;
	if (event->family == FAMILY_UNIX)
		return ADDRESS_UNIX;
	if (event->family == FAMILY_INET)
		return class_of_ipv4(address);
	__u8 zeros = 0;
	for (int i = 0; i < 10; i++)
		zeros |= address[i];
	if (!zeros && address[10] == 0xff && address[11] == 0xff)
		return class_of_ipv4(address + 12);
	if (!(zeros | address[10] | address[11] | address[12] | address[13] | address[14]) && address[15] <= 1)
		return ADDRESS_LOOPBACK;
	bool private = (address[0] & 0xfe) == 0xfc || (address[0] == 0xfe && (address[1] & 0xc0) == 0x80);
	return private ? ADDRESS_PRIVATE : ADDRESS_PUBLIC;
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
	if (type == EVENT_CONNECT && settings.quiet_connects & class_of(event)) {
		COUNT(type, filtered);
		return 0;
	}
	emit(&event->header, size);
	return 0;
}

/* The socket of a descriptor of the current process. */
static __always_inline struct socket *socket_at(__u32 descriptor)
{
	struct file *file = file_of(descriptor);
	return file ? socket_of(file) : NULL;
}
