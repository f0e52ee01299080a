// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/call.h"

CALL(EVENT_RENAME, 0, rename, PATH(1), PATH(2))
CALL(EVENT_RENAME, 1, renameat, PATH_AT(1, 2), PATH_AT(3, 4))
CALL(EVENT_RENAME, 2, renameat2, PATH_AT(1, 2), PATH_AT(3, 4))
