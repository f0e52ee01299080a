import type { Probe } from '../probe.ts';
import { socketBytes, socketFields } from '../socket.ts';

export const dup: Probe = {
  name: 'dup',
  description: 'A socket becomes the standard input, output or error of a process.',
  gaps: ['A socket that is passed over exec as standard input is not seen.'],
  programs: {
    dup2: 'tracepoint/syscalls/sys_exit_dup2',
    dup3: 'tracepoint/syscalls/sys_exit_dup3',
    dup: 'tracepoint/syscalls/sys_exit_dup',
  },
  types: ['dup2'],
  bytes: socketBytes,
  fields: (record) => socketFields(record, false),
};
