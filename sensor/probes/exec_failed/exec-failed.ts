import { callBytes, readCall, resultFields } from '../call.ts';
import type { Probe } from '../probe.ts';

export const execFailed: Probe = {
  name: 'exec_failed',
  description: 'A process tries to run a program, and cannot: evt.res says why, and the process is still what it was.',
  gaps: ['Arguments of an exec that fails are not read.'],
  programs: {
    execve: 'tracepoint/syscalls/sys_exit_execve',
    execveat: 'tracepoint/syscalls/sys_exit_execveat',
  },
  // Not execve: rules take that for a program that runs.
  types: ['exec_failed', 'exec_failed'],
  bytes: callBytes,
  fields(record) {
    const call = readCall(record);
    return { 'evt.arg.filename': call.path(0), 'evt.failed': true, ...resultFields(call) };
  },
};
