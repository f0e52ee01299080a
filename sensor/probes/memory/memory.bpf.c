// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/call.h"

CALL(EVENT_MEMORY, 0, memfd_create, TEXT(1), NO_PATH)
CALL(EVENT_MEMORY, 1, userfaultfd, NO_PATH, NO_PATH)

SEC("tracepoint/syscalls/sys_exit_mprotect")
int mprotect(struct trace_event_raw_sys_exit *context)
{
	if (!(ARGUMENT(3, syscall_registers()) & 4)) /* PROT_EXEC */
		return 0;
	return called(EVENT_MEMORY, 2, context->ret, NO_PATH, NO_PATH);
}
