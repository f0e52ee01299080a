import { callBytes, readCall, resultFields } from '../call.ts';
import type { Probe } from '../probe.ts';

const calls = ['ptrace', 'process_vm_writev'] as const;

// include/uapi/linux/ptrace.h
const requests: Readonly<Record<number, string>> = {
  0: 'PTRACE_TRACEME',
  1: 'PTRACE_PEEKTEXT',
  2: 'PTRACE_PEEKDATA',
  3: 'PTRACE_PEEKUSR',
  4: 'PTRACE_POKETEXT',
  5: 'PTRACE_POKEDATA',
  6: 'PTRACE_POKEUSR',
  7: 'PTRACE_CONT',
  8: 'PTRACE_KILL',
  9: 'PTRACE_SINGLESTEP',
  12: 'PTRACE_GETREGS',
  13: 'PTRACE_SETREGS',
  16: 'PTRACE_ATTACH',
  17: 'PTRACE_DETACH',
  24: 'PTRACE_SYSCALL',
  16896: 'PTRACE_SETOPTIONS',
  16900: 'PTRACE_GETREGSET',
  16901: 'PTRACE_SETREGSET',
  16902: 'PTRACE_SEIZE',
};

export const ptrace: Probe = {
  name: 'ptrace',
  description: 'A process takes hold of another one, or writes into its memory.',
  gaps: ['The pid is that of the caller’s namespace.'],
  programs: {
    ptrace: 'tracepoint/syscalls/sys_exit_ptrace',
    process_vm_writev: 'tracepoint/syscalls/sys_exit_process_vm_writev',
  },
  types: calls,
  bytes: callBytes,
  fields(record) {
    const call = readCall(record);
    const type = calls[record.call] ?? 'ptrace';
    const request = call.signed(1);
    const names =
      type === 'ptrace'
        ? { 'evt.arg.request': requests[request] ?? String(request), 'evt.arg.pid': call.signed(2) }
        : { 'evt.arg.pid': request };
    return { ...names, ...resultFields(call) };
  },
};
