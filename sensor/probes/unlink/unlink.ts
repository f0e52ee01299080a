import { callBytes, readCall, resultFields } from '../call.ts';
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
  types: calls,
  bytes: callBytes,
  fields(record) {
    const call = readCall(record);
    const path = call.path(0);
    return { 'evt.arg.path': path, 'evt.arg.name': path, 'fd.name': path, ...resultFields(call) };
  },
};
