// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "../../kernel/call.h"

CALL(EVENT_BPF, 0, bpf, NO_PATH, NO_PATH)
