import { callBytes, readCall, resultFields } from '../call.ts';
import type { Probe } from '../probe.ts';

const calls = ['setuid', 'setgid', 'setresuid', 'setresgid', 'capset'] as const;

export const identity: Probe = {
  name: 'identity',
  description: 'A process changes its user, its group or its capabilities.',
  gaps: [],
  programs: {
    setuid: 'tracepoint/syscalls/sys_exit_setuid',
    setgid: 'tracepoint/syscalls/sys_exit_setgid',
    setresuid: 'tracepoint/syscalls/sys_exit_setresuid',
    setresgid: 'tracepoint/syscalls/sys_exit_setresgid',
    capset: 'tracepoint/syscalls/sys_exit_capset',
  },
  types: calls,
  bytes: callBytes,
  fields(record) {
    const call = readCall(record);
    const type = calls[record.call] ?? 'setuid';
    const names = {
      setuid: { 'evt.arg.uid': call.signed(1) },
      setgid: { 'evt.arg.gid': call.signed(1) },
      setresuid: { 'evt.arg.ruid': call.signed(1), 'evt.arg.euid': call.signed(2), 'evt.arg.suid': call.signed(3) },
      setresgid: { 'evt.arg.rgid': call.signed(1), 'evt.arg.egid': call.signed(2), 'evt.arg.sgid': call.signed(3) },
      capset: {},
    }[type];
    return { ...names, ...resultFields(call) };
  },
};
