import { callBytes, readCall, resultFields } from '../call.ts';
import type { Probe } from '../probe.ts';

// include/linux/socket.h, by number.
const families = [
  ...['UNSPEC', 'UNIX', 'INET', 'AX25', 'IPX', 'APPLETALK', 'NETROM', 'BRIDGE', 'ATMPVC', 'X25', 'INET6', 'ROSE'],
  ...['DECnet', 'NETBEUI', 'SECURITY', 'KEY', 'NETLINK', 'PACKET', 'ASH', 'ECONET', 'ATMSVC', 'RDS', 'SNA', 'IRDA'],
  ...['PPPOX', 'WANPIPE', 'LLC', 'IB', 'MPLS', 'CAN', 'TIPC', 'BLUETOOTH', 'IUCV', 'RXRPC', 'ISDN', 'PHONET'],
  ...['IEEE802154', 'CAIF', 'ALG', 'NFC', 'VSOCK', 'KCM', 'QIPCRTR', 'SMC', 'XDP', 'MCTP'],
];
const typechars: Readonly<Record<number, string>> = { 1: 'u', 2: '4', 10: '6' };

export const socket: Probe = {
  name: 'socket',
  description: 'A socket is made: of a family that is not made all the time, raw, or of any kind that a rule asks for.',
  gaps: [
    'Sockets that are made are told where rules ask for them; those of Unix, IPv4, IPv6 and netlink where one asks for such.',
  ],
  programs: { socket: 'tracepoint/syscalls/sys_exit_socket' },
  types: ['socket'],
  bytes: callBytes,
  fields(record) {
    const call = readCall(record);
    const [domain, result] = [call.signed(1), call.result];
    const typechar = typechars[domain];
    return {
      ...(result >= 0 ? { 'fd.num': result } : {}),
      ...(typechar ? { 'fd.typechar': typechar, 'fd.sockfamily': typechar === 'u' ? 'unix' : 'ip' } : {}),
      'evt.arg.domain': socketFamily(domain),
      'evt.arg.type': call.signed(2),
      'evt.arg.proto': call.signed(3),
      ...resultFields(call),
    };
  },
};

/** Such as `AF_PACKET`. */
function socketFamily(domain: number): string {
  return families[domain] === undefined ? String(domain) : `AF_${families[domain]}`;
}
