// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* struct msghdr and struct mmsghdr of a process of 64 bits; as sendmsg(2) and sendmmsg(2) have them. */
#pragma once
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

enum { MESSAGES = 4, MESSAGE_BYTES = 64 }; /* how many of a call are looked at; one after the other they lie so far apart */

struct message {
	const void *address; /* a sockaddr, or NULL */
	const void *data;    /* the first piece */
	long bytes;
};

static __always_inline struct message read_message(const void *header)
{
	struct {
		__u64 base, length;
	} piece = {};
	__u64 pieces = 0, address = 0;
	bpf_probe_read_user(&address, sizeof(address), header);
	bpf_probe_read_user(&pieces, sizeof(pieces), header + 16);
	bpf_probe_read_user(&piece, sizeof(piece), (void *)pieces);
	return (struct message){(void *)address, (void *)piece.base, piece.length};
}

/* How much of a message of sendmmsg(2) was sent. */
static __always_inline __u32 sent_bytes(const void *message)
{
	__u32 bytes = 0;
	bpf_probe_read_user(&bytes, sizeof(bytes), message + 56);
	return bytes;
}
