import { callBytes, readCall, resultFields } from '../call.ts';
import type { Probe } from '../probe.ts';

const calls = ['link', 'linkat', 'symlink', 'symlinkat'] as const;

export const link: Probe = {
  name: 'link',
  description: 'A file gets another name beside its own, or a symbolic link is made.',
  gaps: ['Links on the way to the path are not followed.'],
  programs: {
    link: 'tracepoint/syscalls/sys_exit_link',
    linkat: 'tracepoint/syscalls/sys_exit_linkat',
    symlink: 'tracepoint/syscalls/sys_exit_symlink',
    symlinkat: 'tracepoint/syscalls/sys_exit_symlinkat',
  },
  types: calls,
  bytes: callBytes,
  fields(record) {
    const call = readCall(record);
    const type = calls[record.call] ?? 'link';
    const [first, second] = [call.path(0), call.path(1)];
    const names = type.startsWith('symlink')
      ? { 'evt.arg.target': first, 'evt.arg.linkpath': second }
      : { 'evt.arg.oldpath': first, 'evt.arg.newpath': second };
    return { ...names, ...resultFields(call) };
  },
};
