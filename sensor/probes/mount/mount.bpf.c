// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/call.h"

CALL(EVENT_MOUNT, 1, umount, PATH(1), NO_PATH)
CALL(EVENT_MOUNT, 2, move_mount, PATH_AT(1, 2), PATH_AT(3, 4))
CALL(EVENT_MOUNT, 3, pivot_root, PATH(1), PATH(2))

SEC("tracepoint/syscalls/sys_exit_mount")
int mount(struct trace_event_raw_sys_exit *context)
{
	return called_with(EVENT_MOUNT, 0, context->ret, TEXT(1), PATH(2), 3);
}
