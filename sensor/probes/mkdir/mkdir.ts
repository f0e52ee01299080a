import { callBytes, readCall, resultFields } from '../call.ts';
import type { Probe } from '../probe.ts';

const calls = ['mkdir', 'mkdirat'] as const;

export const mkdir: Probe = {
  name: 'mkdir',
  description: 'A directory is made.',
  gaps: ['Links on the way to the path are not followed.'],
  programs: {
    mkdir: 'tracepoint/syscalls/sys_exit_mkdir',
    mkdirat: 'tracepoint/syscalls/sys_exit_mkdirat',
  },
  types: calls,
  bytes: callBytes,
  fields(record) {
    const call = readCall(record);
    const type = calls[record.call] ?? 'mkdir';
    return {
      'evt.arg.path': call.path(0),
      'evt.arg.mode': call.signed(type === 'mkdir' ? 2 : 3),
      ...resultFields(call),
    };
  },
};
