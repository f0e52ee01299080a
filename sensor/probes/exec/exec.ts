import type { EventRecord } from '../../events/record.ts';
import type { Image, Probe } from '../probe.ts';

// struct exec_event in exec.bpf.c, from the end of the header.
const at = {
  effective: 8,
  permitted: 16,
  inheritable: 24,
  parentStart: 32,
  parent: 40,
  euid: 44,
  loginuid: 48,
  tty: 52,
  session: 56,
  group: 60,
  vpid: 64,
  vgroup: 68,
  namespaces: 76,
  kind: 108,
  lengths: 110,
  name: 116,
  environment: 132,
  texts: 136,
} as const;
const kinds = { upperLayer: 1, memfd: 2, unlinked: 4 } as const;

function image(record: EventRecord): Image {
  const kind = record.u16(at.kind);
  const exe = record.u16(at.lengths);
  const cwd = record.u16(at.lengths + 2);
  const args = record.u16(at.lengths + 4);
  const argv = record.text(at.texts + exe + cwd, args);
  const environment = record.u16(at.environment);
  return {
    name: record.name(at.name, 16),
    exepath: record.text(at.texts, exe),
    cwd: record.text(at.texts + exe, cwd),
    // Each argument ends with a NUL, the last one too unless it was cut.
    argv: (argv.endsWith('\0') ? argv.slice(0, -1) : argv).split('\0'),
    environment: environment === 0 ? null : record.text(at.texts + exe + cwd + args, environment),
    loginuid: record.i32(at.loginuid), // -1: nobody logged in
    tty: record.u32(at.tty),
    session: record.u32(at.session),
    group: record.u32(at.group),
    vpid: record.u32(at.vpid),
    vgroup: record.u32(at.vgroup),
    capabilities: {
      effective: record.hex64(at.effective),
      permitted: record.hex64(at.permitted),
      inheritable: record.hex64(at.inheritable),
    },
    namespaces: {
      mnt: record.u32(at.namespaces),
      pid: record.u32(at.namespaces + 4),
      net: record.u32(at.namespaces + 8),
      user: record.u32(at.namespaces + 12),
      uts: record.u32(at.namespaces + 16),
      ipc: record.u32(at.namespaces + 20),
      cgroup: record.u32(at.namespaces + 24),
    },
    upperLayer: (kind & kinds.upperLayer) !== 0,
    memfd: (kind & kinds.memfd) !== 0,
    unlinked: (kind & kinds.unlinked) !== 0,
  };
}

export const exec: Probe = {
  name: 'exec',
  description: 'A process begins to run a program: with its arguments, directory, identity, namespaces and file.',
  gaps: [
    'Of the arguments the first 2047 bytes are kept, of a path the last 32 directories.',
    'The environment is read where rules ask for it, the first 4095 bytes; not of programs that were started before the sensor.',
  ],
  programs: { process_exec: 'tp_btf/sched_process_exec' },
  types: ['execve'],
  bytes: (record) =>
    at.texts +
    record.u16(at.lengths) +
    record.u16(at.lengths + 2) +
    record.u16(at.lengths + 4) +
    record.u16(at.environment),
  fields: ({ truncated }) => ({
    ...(truncated ? { 'evt.truncated': true } : {}),
    'evt.rawres': 0,
    'evt.res': 'SUCCESS',
  }),
  change: (record) => ({
    kind: 'exec',
    image: image(record),
    parent: record.u32(at.parent),
    parentStart: record.u64(at.parentStart),
  }),
};
