// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/call.h"

CALL(EVENT_IO_URING, 0, io_uring_setup, NO_PATH, NO_PATH)
