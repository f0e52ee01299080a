import { callBytes, readCall, resultFields } from '../call.ts';
import type { Probe } from '../probe.ts';

const calls = ['init_module', 'finit_module', 'delete_module'] as const;

export const module: Probe = {
  name: 'module',
  description: 'A kernel module is loaded or removed.',
  gaps: [],
  programs: {
    init_module: 'tracepoint/syscalls/sys_exit_init_module',
    finit_module: 'tracepoint/syscalls/sys_exit_finit_module',
    delete_module: 'tracepoint/syscalls/sys_exit_delete_module',
  },
  types: calls,
  bytes: callBytes,
  fields(record) {
    const call = readCall(record);
    const type = calls[record.call] ?? 'init_module';
    const names = {
      init_module: { 'evt.arg.uargs': call.path(0) },
      finit_module: { 'evt.arg.fd': call.signed(1), 'evt.arg.uargs': call.path(0) },
      delete_module: { 'evt.arg.name': call.path(0) },
    }[type];
    return { ...names, ...resultFields(call) };
  },
};
