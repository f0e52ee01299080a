import type { Probe } from '../probe.ts';
import { socketBytes, socketFields } from '../socket.ts';

export const accept: Probe = {
  name: 'accept',
  description: 'A connection is taken.',
  gaps: [],
  programs: {
    accept: 'tracepoint/syscalls/sys_exit_accept',
    accept4: 'tracepoint/syscalls/sys_exit_accept4',
  },
  types: ['accept'],
  bytes: socketBytes,
  fields: (record) => socketFields(record, true),
};
