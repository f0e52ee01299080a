import type { Probe } from '../probe.ts';
import { resultText } from '../result.ts';
import { openFlags } from './flags.ts';

// struct open_event in open.bpf.c, from the end of the header.
const at = {
  inode: 0,
  result: 8,
  flags: 12,
  createMode: 16,
  mode: 20,
  device: 24,
  raw: 28,
  path: 30,
  text: 32,
} as const;
const modes = { read: 1, write: 2, created: 0x100000 } as const;

export const open: Probe = {
  name: 'open',
  description: 'A file is opened: by its real path, whatever link or relative path led there.',
  gaps: [
    'With filters, opens that fail are left out; the path as it was given is told where rules ask for it.',
    'Filters know a file or folder that is mounted by itself by the name that it has in its own file system.',
  ],
  programs: {
    openat: 'tracepoint/syscalls/sys_exit_openat',
    open: 'tracepoint/syscalls/sys_exit_open',
    creat: 'tracepoint/syscalls/sys_exit_creat',
    openat2: 'tracepoint/syscalls/sys_exit_openat2',
    open_by_handle_at: 'tracepoint/syscalls/sys_exit_open_by_handle_at',
  },
  types: ['openat', 'open', 'creat', 'openat2', 'open_by_handle_at'],
  bytes: (record) => at.text + record.u16(at.path) + record.u16(at.raw),
  fields(record) {
    const result = record.i32(at.result);
    const mode = record.u32(at.mode);
    const length = record.u16(at.path);
    const name = record.text(at.text, length);
    const raw = record.u16(at.raw);
    const fields = {
      'fd.name': name,
      'fd.num': result,
      'fd.typechar': 'f',
      'fd.ino': record.u64(at.inode),
      'fd.dev': record.u32(at.device),
      'evt.arg.name': name,
      'evt.arg.flags': openFlags(record.u32(at.flags)),
      'evt.arg.mode': record.u32(at.createMode),
      'evt.is_open_read': (mode & modes.read) !== 0,
      'evt.is_open_write': (mode & modes.write) !== 0,
      'evt.is_open_create': (mode & modes.created) !== 0,
      'evt.rawres': result,
      'evt.res': resultText(result),
    };
    // Of a call that failed there is no other path than the one it was given.
    if (raw === 0) return result < 0 ? { ...fields, 'fd.nameraw': name } : fields;
    return { ...fields, 'fd.nameraw': record.text(at.text + length, raw) };
  },
};
