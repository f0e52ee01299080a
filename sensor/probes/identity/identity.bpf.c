// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/call.h"

CALL(EVENT_IDENTITY, 0, setuid, NO_PATH, NO_PATH)
CALL(EVENT_IDENTITY, 1, setgid, NO_PATH, NO_PATH)
CALL(EVENT_IDENTITY, 2, setresuid, NO_PATH, NO_PATH)
CALL(EVENT_IDENTITY, 3, setresgid, NO_PATH, NO_PATH)
CALL(EVENT_IDENTITY, 4, capset, NO_PATH, NO_PATH)
