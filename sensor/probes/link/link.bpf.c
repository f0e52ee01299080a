// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/call.h"

CALL(EVENT_LINK, 0, link, PATH(1), PATH(2))
CALL(EVENT_LINK, 1, linkat, PATH_AT(1, 2), PATH_AT(3, 4))
CALL(EVENT_LINK, 2, symlink, TEXT(1), PATH(2))
CALL(EVENT_LINK, 3, symlinkat, TEXT(1), PATH_AT(2, 3))
