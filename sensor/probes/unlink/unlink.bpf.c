// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/call.h"

CALL(EVENT_UNLINK, 0, unlink, PATH(1), NO_PATH)
CALL(EVENT_UNLINK, 1, unlinkat, PATH_AT(1, 2), NO_PATH)
CALL(EVENT_UNLINK, 2, rmdir, PATH(1), NO_PATH)
