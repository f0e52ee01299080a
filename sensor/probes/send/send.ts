import type { Probe } from '../probe.ts';
import { socketBytes, socketFields } from '../socket.ts';

export const send: Probe = {
  name: 'send',
  description: 'A datagram is sent to an address that it names.',
  gaps: [
    'What goes over a connection is not seen, as that was when it was made; of a sendmmsg the first four datagrams are.',
  ],
  programs: {
    sendto: 'tracepoint/syscalls/sys_exit_sendto',
    sendmsg: 'tracepoint/syscalls/sys_exit_sendmsg',
    sendmmsg: 'tracepoint/syscalls/sys_exit_sendmmsg',
  },
  types: ['sendto'],
  bytes: socketBytes,
  fields: (record) => socketFields(record, false),
};
