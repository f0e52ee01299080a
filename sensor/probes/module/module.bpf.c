// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/call.h"

CALL(EVENT_MODULE, 0, init_module, TEXT(3), NO_PATH)
CALL(EVENT_MODULE, 1, finit_module, TEXT(2), NO_PATH)
CALL(EVENT_MODULE, 2, delete_module, TEXT(1), NO_PATH)
