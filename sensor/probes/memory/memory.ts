import { bitNames, callBytes, readCall, resultFields } from '../call.ts';
import type { Probe } from '../probe.ts';

const calls = ['memfd_create', 'userfaultfd', 'mprotect'] as const;

// include/uapi/asm-generic/mman-common.h
const protections = { PROT_READ: 1, PROT_WRITE: 2, PROT_EXEC: 4 } as const;

export const memory: Probe = {
  name: 'memory',
  description: 'Memory becomes executable, or is made without a file; a process handles page faults of its own.',
  gaps: ['mmap of executable memory is not seen.'],
  programs: {
    memfd_create: 'tracepoint/syscalls/sys_exit_memfd_create',
    userfaultfd: 'tracepoint/syscalls/sys_exit_userfaultfd',
    mprotect: 'tracepoint/syscalls/sys_exit_mprotect',
  },
  types: calls,
  bytes: callBytes,
  fields(record) {
    const call = readCall(record);
    const type = calls[record.call] ?? 'mprotect';
    const names = {
      memfd_create: { 'evt.arg.name': call.path(0), 'evt.arg.flags': call.signed(2) },
      userfaultfd: { 'evt.arg.flags': call.signed(1) },
      mprotect: {
        'evt.arg.addr': call.argument(1),
        'evt.arg.length': call.argument(2),
        'evt.arg.prot': bitNames(call.signed(3), protections),
      },
    }[type];
    return { ...names, ...resultFields(call) };
  },
};
