import type { EventRecord } from '../events/record.ts';
import { ipv6 } from './ipv6.ts';
import type { Fields } from './probe.ts';
import { resultText } from './result.ts';

// struct socket_event in kernel/socket.h, from the end of the header.
const at = {
  result: 0,
  descriptor: 4,
  family: 8,
  protocol: 10,
  type: 12,
  path: 14,
  local: 16,
  remote: 36,
  text: 56,
} as const;
const families = { unix: 1, ipv4: 2, ipv6: 10 } as const;
const protocols: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmp', 132: 'sctp' };
const portAt = 16;

/** How long the body of an event about a socket is. */
export function socketBytes(record: EventRecord): number {
  return at.text + record.u16(at.path);
}

/** What follows an event about a socket: where it is of a Unix socket, its path. */
export function socketText(record: EventRecord): Buffer {
  return record.bytes(at.text, record.u16(at.path));
}

/** Whether a datagram came to one who serves: of both ends that has the lower port, as far as one can tell. */
export function datagramIsServed(record: EventRecord): boolean {
  return record.u16(at.local + portAt) <= record.u16(at.remote + portAt);
}

/** The fields of an event about a socket: fd.*, with the local end as client (fd.cip) unless it serves. */
export function socketFields(record: EventRecord, serves: boolean): Fields {
  const family = record.u16(at.family);
  const result = record.i32(at.result);
  if (family === families.unix) {
    return {
      'fd.num': record.i32(at.descriptor),
      'evt.rawres': result,
      'evt.res': resultText(result),
      'fd.typechar': 'u',
      'fd.sockfamily': 'unix',
      'fd.name': record.text(at.text, record.u16(at.path)),
    };
  }
  const mapped = family === families.ipv6 && isMapped(record, at.remote);
  const [local, remote] = [address(record, at.local, family), address(record, at.remote, family)];
  const [localPort, remotePort] = [record.u16(at.local + portAt), record.u16(at.remote + portAt)];
  const protocol = protocols[record.u16(at.protocol)] ?? String(record.u16(at.protocol));
  const [client, clientPort, server, serverPort] = serves
    ? [remote, remotePort, local, localPort]
    : [local, localPort, remote, remotePort];
  return {
    'fd.num': record.i32(at.descriptor),
    'evt.rawres': result,
    'evt.res': resultText(result),
    'fd.typechar': family === families.ipv4 || mapped ? '4' : '6',
    'fd.sockfamily': 'ip',
    'fd.l4proto': protocol,
    'fd.name': `${client}:${clientPort}->${server}:${serverPort}`,
    'fd.cip': client,
    'fd.cport': clientPort,
    'fd.sip': server,
    'fd.sport': serverPort,
    'fd.lip': local,
    'fd.lport': localPort,
    'fd.rip': remote,
    'fd.rport': remotePort,
  };
}

function address(record: EventRecord, from: number, family: number): string {
  if (family === families.ipv4) return ipv4(record.u32(from));
  return isMapped(record, from) ? ipv4(record.u32(from + 12)) : ipv6(record.bytes(from, 16), 0);
}

/** ::ffff:a.b.c.d, which is what a socket of both families has for IPv4. */
function isMapped(record: EventRecord, from: number): boolean {
  return record.u32(from) === 0 && record.u32(from + 4) === 0 && record.u32(from + 8) === 0xffff0000;
}

/** Addresses come again and again. */
const ipv4Texts = new Map<number, string>();

function ipv4(bits: number): string {
  const known = ipv4Texts.get(bits);
  if (known !== undefined) return known;
  const text = `${bits & 255}.${(bits >>> 8) & 255}.${(bits >>> 16) & 255}.${bits >>> 24}`;
  if (ipv4Texts.size === 4096) ipv4Texts.clear();
  ipv4Texts.set(bits, text);
  return text;
}
