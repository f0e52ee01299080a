// SPDX-License-Identifier: Apache-2.0
/*
 * Repeats: of the events in a frame, those that are the same in every byte but their times become one, which counts them and
 * has the time of the first and of the last. An event of the same process but of another type ends this for what came before
 * it, and events that change a process (exec, fork, exit) are never merged: so the order of what a process does stays.
 */
#pragma once
#include <linux/types.h>
#include "../kernel/event.h"

/* The event of this frame that `event` repeats; null where it is the first. */
struct event *find_repeated(const struct event *event);

/* Remembers the event last asked for, as it lies in the frame: later ones may repeat it. */
void remember(struct event *event);

/* A new frame begins. */
void forget_events(void);
