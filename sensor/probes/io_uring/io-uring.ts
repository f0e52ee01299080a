import { callBytes, readCall, resultFields } from '../call.ts';
import type { Probe } from '../probe.ts';

export const ioUring: Probe = {
  name: 'io_uring',
  description: 'A process makes an io_uring, by which it can open, connect and send without system calls.',
  gaps: [],
  programs: {
    io_uring_setup: 'tracepoint/syscalls/sys_exit_io_uring_setup',
  },
  types: ['io_uring_setup'],
  bytes: callBytes,
  fields(record) {
    const call = readCall(record);
    return { 'evt.arg.entries': call.signed(1), ...resultFields(call) };
  },
};
