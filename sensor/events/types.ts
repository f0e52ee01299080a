/** The event types of kernel/event.h; docs/protocol/sensor.md, section 3. */
export const eventTypes = {
  cgroup: 1,
  exec: 2,
  exit: 3,
  fork: 4,
  open: 5,
  connect: 6,
} as const;

export type EventTypeName = keyof typeof eventTypes;
