import type { Probe } from '../probe.ts';
import { socketBytes, socketFields } from '../socket.ts';

export const send: Probe = {
  name: 'send',
  description: 'A datagram is sent to an address that it names.',
  gaps: ['sendmmsg is not seen; nor is what goes over a connection, which was seen when that was made.'],
  programs: {
    sendto: 'tracepoint/syscalls/sys_exit_sendto',
    sendmsg: 'tracepoint/syscalls/sys_exit_sendmsg',
  },
  types: ['sendto'],
  bytes: socketBytes,
  fields: (record) => socketFields(record, false),
};
