// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/call.h"

CALL(EVENT_MKDIR, 0, mkdir, PATH(1), NO_PATH)
CALL(EVENT_MKDIR, 1, mkdirat, PATH_AT(1, 2), NO_PATH)
