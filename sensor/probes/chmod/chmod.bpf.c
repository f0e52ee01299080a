// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/call.h"

CALL(EVENT_CHMOD, 0, chmod, PATH(1), NO_PATH)
CALL(EVENT_CHMOD, 1, fchmodat, PATH_AT(1, 2), NO_PATH)
CALL(EVENT_CHMOD, 2, fchmodat2, PATH_AT(1, 2), NO_PATH)

/* Of a descriptor: its file is told as the directory of an empty path. */
SEC("tracepoint/syscalls/sys_exit_fchmod")
int fchmod(struct trace_event_raw_sys_exit *context)
{
	if (!wanted(EVENT_CHMOD))
		return 0;
	struct call_event *event = event_buffer();
	if (!event || !header(&event->header, EVENT_CHMOD))
		return 0;
	struct pt_regs *registers = syscall_registers();
	__builtin_memset(&event->result, 0, sizeof(*event) - sizeof(event->header));
	event->result = context->ret;
	event->arguments[0] = ARGUMENT(1, registers);
	event->arguments[1] = ARGUMENT(2, registers);
	event->header.call = 3;
	__u32 size = append_directory(&event->header, sizeof(*event), event->arguments[0], &event->lengths[0]);
	emit(&event->header, size);
	return 0;
}
