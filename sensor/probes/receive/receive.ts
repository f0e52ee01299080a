import type { Probe } from '../probe.ts';
import { datagramIsServed, socketBytes, socketFields } from '../socket.ts';

export const receive: Probe = {
  name: 'receive',
  description:
    'A datagram comes from an address that the socket has not heard before: IPv4 or IPv6, without a connection.',
  gaps: [
    'Datagrams that are received are told where rules ask for them: the first of each sender, where the call asks who that is; those of recvmmsg are not seen.',
  ],
  programs: {
    recvfrom: 'tracepoint/syscalls/sys_exit_recvfrom',
    recvmsg: 'tracepoint/syscalls/sys_exit_recvmsg',
  },
  types: ['recvfrom'],
  bytes: socketBytes,
  fields: (record) => socketFields(record, datagramIsServed(record)),
};
