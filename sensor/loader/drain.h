// SPDX-License-Identifier: Apache-2.0
/* Moves what the programs sent from the ring into EVENTS frames. */
#pragma once
#include <stdbool.h>

/* Maps the ring of a file descriptor; false, with errno, where that cannot be done. */
bool open_ring(int descriptor);

/* Writes what is in the ring; true where there may be more. */
bool drain_ring(void);
