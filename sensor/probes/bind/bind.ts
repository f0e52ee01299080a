import type { Probe } from '../probe.ts';
import { socketBytes, socketFields } from '../socket.ts';

export const bind: Probe = {
  name: 'bind',
  description: 'A socket is given an address of its own.',
  gaps: [],
  programs: {
    bind: 'tracepoint/syscalls/sys_exit_bind',
  },
  types: ['bind'],
  bytes: socketBytes,
  fields: (record) => socketFields(record, true),
};
