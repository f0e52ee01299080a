import type { Probe } from '../probe.ts';
import { socketBytes, socketFields } from '../socket.ts';

export const connect: Probe = {
  name: 'connect',
  description: 'A socket is connected to an address: IPv4, IPv6 or Unix.',
  gaps: [],
  programs: { connect: 'tracepoint/syscalls/sys_exit_connect' },
  types: ['connect'],
  bytes: socketBytes,
  fields: (record) => socketFields(record, false),
};
