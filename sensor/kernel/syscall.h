// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * What a system call was asked, seen as it returns: its result is known, what it made can be looked at in the kernel
 * (which no other thread can change behind our back), and one program does the work of two.
 */
#pragma once
#include "emit.h"

/* Where the arguments lie until the call returns to user space. */
static __always_inline struct pt_regs *syscall_registers(void)
{
	if (bpf_core_enum_value_exists(enum bpf_func_id___needed, BPF_FUNC_task_pt_regs___needed))
		return (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
#if defined(__TARGET_ARCH_x86)
	/* Linux 5.8 to 5.14: at the top of the kernel stack, THREAD_SIZE high. */
	struct task_struct *task = current_task();
	return (void *)READ(task, stack) + (16 << 10) - bpf_core_type_size(struct pt_regs);
#else
	return NULL;
#endif
}

/* libbpf's macro for this calls bpf_probe_read_kernel, where READ may be one load. */
#if defined(__TARGET_ARCH_x86)
#define REGISTER_1 di
#define REGISTER_2 si
#define REGISTER_3 dx
#define REGISTER_4 r10
#define REGISTER_5 r8
#define ARGUMENT(n, registers) READ(registers, REGISTER_##n)
#else
#define ARGUMENT(n, registers) PT_REGS_PARM##n##_CORE_SYSCALL(registers)
#endif

/* The open file of a descriptor of the current process. */
static __always_inline struct file *file_of(__u32 descriptor)
{
	struct task_struct *task = current_task();
	struct fdtable *table = READ(task, files, fdt);
	if (descriptor >= READ(table, max_fds))
		return NULL;
	return (void *)word_at(READ(table, fd) + descriptor);
}
