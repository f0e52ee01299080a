import { bitNames, callBytes, readCall, resultFields } from '../call.ts';
import type { Probe } from '../probe.ts';

const calls = ['mount', 'umount', 'move_mount', 'pivot_root'] as const;

// include/uapi/linux/mount.h
const flags = {
  MS_RDONLY: 1,
  MS_NOSUID: 2,
  MS_NODEV: 4,
  MS_NOEXEC: 8,
  MS_REMOUNT: 32,
  MS_BIND: 4096,
  MS_MOVE: 8192,
  MS_REC: 16384,
  MS_UNBINDABLE: 1 << 17,
  MS_PRIVATE: 1 << 18,
  MS_SLAVE: 1 << 19,
  MS_SHARED: 1 << 20,
} as const;

export const mount: Probe = {
  name: 'mount',
  description: 'A file system is mounted, moved or unmounted.',
  gaps: [
    'Links on the way to the path are not followed.',
    'Of the newer calls only move_mount is seen, with which every such mount ends.',
  ],
  programs: {
    mount: 'tracepoint/syscalls/sys_exit_mount',
    umount: 'tracepoint/syscalls/sys_exit_umount',
    move_mount: 'tracepoint/syscalls/sys_exit_move_mount',
    pivot_root: 'tracepoint/syscalls/sys_exit_pivot_root',
  },
  types: calls,
  bytes: callBytes,
  fields(record) {
    const call = readCall(record);
    const type = calls[record.call] ?? 'mount';
    const [first, second] = [call.path(0), call.path(1)];
    const names = {
      mount: {
        'evt.arg.dev': first,
        'evt.arg.dir': second,
        'evt.arg.type': call.text(),
        'evt.arg.flags': bitNames(call.signed(4), flags),
      },
      umount: { 'evt.arg.name': first, 'evt.arg.flags': call.signed(2) },
      move_mount: { 'evt.arg.from': first, 'evt.arg.to': second },
      pivot_root: { 'evt.arg.new': first, 'evt.arg.old': second },
    }[type];
    return { ...names, ...resultFields(call) };
  },
};
