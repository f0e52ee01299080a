// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/call.h"

CALL(EVENT_PTRACE, 0, ptrace, NO_PATH, NO_PATH)
CALL(EVENT_PTRACE, 1, process_vm_writev, NO_PATH, NO_PATH)
