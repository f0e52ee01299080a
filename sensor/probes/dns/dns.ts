import type { Fields, Probe } from '../probe.ts';
import { socketBytes, socketFields, socketText } from '../socket.ts';
import { parseDns } from './message.ts';

export const dns: Probe = {
  name: 'dns',
  description: 'A datagram to or from port 53: a question to a name server, or its answer.',
  gaps: [
    'DNS over TCP, TLS and HTTPS is not seen; nor over connected sockets by write and read, as Go programs do without libc.',
    'Of a sendmmsg the first four messages are seen, of a message its first piece, 1023 bytes at most; recvmmsg is not seen.',
  ],
  programs: {
    dns_sendto: 'tracepoint/syscalls/sys_exit_sendto',
    dns_recvfrom: 'tracepoint/syscalls/sys_exit_recvfrom',
    dns_sendmsg: 'tracepoint/syscalls/sys_exit_sendmsg',
    dns_recvmsg: 'tracepoint/syscalls/sys_exit_recvmsg',
    dns_sendmmsg: 'tracepoint/syscalls/sys_exit_sendmmsg',
  },
  types: ['dns'],
  bytes: socketBytes,
  fields: (record) => ({ ...socketFields(record, false), ...dnsFields(socketText(record)) }),
};

/** Falco has no fields for DNS; these are ours. */
function dnsFields(bytes: Buffer): Fields {
  const message = parseDns(bytes);
  if (!message) return { 'dns.malformed': true };
  const { response, name, type, code, answers } = message;
  const question = { 'dns.type': response ? 'response' : 'query', 'dns.name': name, 'dns.qtype': type };
  return response ? { ...question, 'dns.rcode': code, 'dns.answers': answers.join(',') } : question;
}
