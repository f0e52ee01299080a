import { bitNames, callBytes, readCall, resultFields } from '../call.ts';
import type { Probe } from '../probe.ts';

const calls = ['chmod', 'fchmodat', 'fchmodat2', 'fchmod'] as const;

// include/uapi/linux/stat.h
const modes = {
  S_ISUID: 0o4000,
  S_ISGID: 0o2000,
  S_ISVTX: 0o1000,
  S_IRUSR: 0o400,
  S_IWUSR: 0o200,
  S_IXUSR: 0o100,
  S_IRGRP: 0o40,
  S_IWGRP: 0o20,
  S_IXGRP: 0o10,
  S_IROTH: 0o4,
  S_IWOTH: 0o2,
  S_IXOTH: 0o1,
} as const;

export const chmod: Probe = {
  name: 'chmod',
  description: 'The permissions of a file are changed.',
  gaps: ['Links on the way to the path are not followed.'],
  programs: {
    chmod: 'tracepoint/syscalls/sys_exit_chmod',
    fchmodat: 'tracepoint/syscalls/sys_exit_fchmodat',
    fchmodat2: 'tracepoint/syscalls/sys_exit_fchmodat2',
    fchmod: 'tracepoint/syscalls/sys_exit_fchmod',
  },
  types: calls,
  bytes: callBytes,
  fields(record) {
    const call = readCall(record);
    const type = calls[record.call] ?? 'chmod';
    const mode = call.signed(type === 'chmod' || type === 'fchmod' ? 2 : 3);
    const name = call.path(0);
    return {
      'evt.arg.filename': name,
      'fd.name': name,
      'evt.arg.mode': bitNames(mode, modes),
      ...resultFields(call),
    };
  },
};
