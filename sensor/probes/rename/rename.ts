import { callBytes, readCall, resultFields } from '../call.ts';
import type { Probe } from '../probe.ts';

const calls = ['rename', 'renameat', 'renameat2'] as const;

export const rename: Probe = {
  name: 'rename',
  description: 'A file or directory gets another name.',
  gaps: ['Links on the way to the path are not followed.'],
  programs: {
    rename: 'tracepoint/syscalls/sys_exit_rename',
    renameat: 'tracepoint/syscalls/sys_exit_renameat',
    renameat2: 'tracepoint/syscalls/sys_exit_renameat2',
  },
  types: calls,
  bytes: callBytes,
  fields(record) {
    const call = readCall(record);
    return { 'evt.arg.oldpath': call.path(0), 'evt.arg.newpath': call.path(1), ...resultFields(call) };
  },
};
