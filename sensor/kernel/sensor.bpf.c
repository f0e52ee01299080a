// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Every probe, in one object. */
#include "../probes/exec/exec.bpf.c"
#include "../probes/exit/exit.bpf.c"
#include "../probes/fork/fork.bpf.c"
#include "../probes/open/open.bpf.c"
#include "../probes/connect/connect.bpf.c"
