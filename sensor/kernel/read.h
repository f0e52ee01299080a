// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Reading kernel memory: READ(pointer, a, b.c, d) is pointer->a->b.c->d, and 0 where any of it is not there.
 *
 * From Linux 6.2 on a number may be cast to a pointer of a type of the kernel's own BTF, and each step through it is one load.
 * Before, each step is a call of bpf_probe_read_kernel, which takes some four times as long; with PROBE_READS we do so.
 */
#pragma once
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#ifdef PROBE_READS

#define READ BPF_CORE_READ

static __always_inline struct task_struct *current_task(void)
{
	return (void *)bpf_get_current_task();
}

/* The eight bytes at an address, whatever they are. */
static __always_inline __u64 word_at(const void *address)
{
	__u64 word = 0;
	bpf_probe_read_kernel(&word, sizeof(word), address);
	return word;
}

#else

extern void *bpf_rdonly_cast(const void *object__ign, __u32 type__k) __ksym;

#define CAST(pointer) ((typeof(pointer))bpf_rdonly_cast(pointer, bpf_core_type_id_kernel(typeof(*(pointer)))))
#define READ(pointer, ...) ___arrow(CAST(pointer), __VA_ARGS__) /* ___arrow is libbpf's own, of bpf_core_read.h */

static __always_inline struct task_struct *current_task(void)
{
	return bpf_get_current_task_btf();
}

static __always_inline __u64 word_at(const void *address)
{
	return READ((struct timespec64 *)address, tv_sec); /* any type that begins with a number of eight bytes */
}

#endif
