// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The sensor's programs, with two that the verifier refuses: each reads through a pointer that may be null. */
#define unlink unlink_that_is_sound
#include "../../../sensor/kernel/sensor.bpf.c"
#undef unlink

static __always_inline int unsound(void)
{
	__u32 one = 1; /* there is only entry 0 */
	return *(volatile int *)bpf_map_lookup_elem(&buffers, &one);
}

SEC("tracepoint/syscalls/sys_exit_unlink")
int unlink(struct trace_event_raw_sys_exit *context)
{
	return unsound();
}

SEC("tp_btf/sched_process_exit")
int refused(void *context)
{
	return unsound();
}
