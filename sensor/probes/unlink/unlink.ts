import { readCall, resultFields } from '../call.ts';
import type { Probe } from '../probe.ts';

const calls = ['unlink', 'unlinkat', 'rmdir'] as const;

export const unlink: Probe = {
  name: 'unlink',
  description: 'A file or directory is removed.',
  gaps: ['Links on the way to the path are not followed.'],
  programs: {
    unlink: 'tracepoint/syscalls/sys_exit_unlink',
    unlinkat: 'tracepoint/syscalls/sys_exit_unlinkat',
    rmdir: 'tracepoint/syscalls/sys_exit_rmdir',
  },
  decode({ body }) {
    const call = readCall(body);
    const path = call.path(0);
    return {
      type: calls[call.call] ?? 'unlink',
      fields: { 'evt.arg.path': path, 'evt.arg.name': path, 'fd.name': path, ...resultFields(call) },
    };
  },
};
