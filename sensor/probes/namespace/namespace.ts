import { bitNames, callBytes, readCall, resultFields } from '../call.ts';
import type { Probe } from '../probe.ts';

const calls = ['setns', 'unshare', 'clone', 'clone3'] as const;

// include/uapi/linux/sched.h
const flags = {
  CLONE_NEWTIME: 0x80,
  CLONE_NEWNS: 0x20000,
  CLONE_NEWCGROUP: 0x2000000,
  CLONE_NEWUTS: 0x4000000,
  CLONE_NEWIPC: 0x8000000,
  CLONE_NEWUSER: 0x10000000,
  CLONE_NEWPID: 0x20000000,
  CLONE_NEWNET: 0x40000000,
} as const;

export const namespace: Probe = {
  name: 'namespace',
  description: 'A process enters or makes namespaces.',
  gaps: [],
  programs: {
    setns: 'tracepoint/syscalls/sys_exit_setns',
    unshare: 'tracepoint/syscalls/sys_exit_unshare',
    clone: 'tracepoint/syscalls/sys_exit_clone',
    clone3: 'tracepoint/syscalls/sys_exit_clone3',
  },
  types: calls,
  bytes: callBytes,
  fields(record) {
    const call = readCall(record);
    const type = calls[record.call] ?? 'clone';
    const names =
      type === 'setns'
        ? { 'evt.arg.fd': call.signed(1), 'evt.arg.nstype': bitNames(call.signed(2), flags) }
        : { 'evt.arg.flags': bitNames(call.signed(1), flags) };
    return { ...names, ...resultFields(call) };
  },
};
