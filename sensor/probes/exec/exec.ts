import type { Body, EventRecord } from '../../events/record.ts';
import { type Image, type NamespaceKind, namespaceKinds, type Probe } from '../probe.ts';

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
  texts: 136, // 132 bytes, padded to a multiple of 8
} as const;
const kinds = { upperLayer: 1, memfd: 2, unlinked: 4 } as const;

function image(body: Body): Image {
  const kind = body.u16(at.kind);
  const exe = body.u16(at.lengths);
  const cwd = body.u16(at.lengths + 2);
  const args = body.u16(at.lengths + 4);
  const argv = body.text(at.texts + exe + cwd, args);
  const namespaces = {} as Record<NamespaceKind, number>;
  for (const [index, name] of namespaceKinds.entries()) namespaces[name] = body.u32(at.namespaces + 4 * index);
  return {
    name: body.name(at.name, 16),
    exepath: body.text(at.texts, exe),
    cwd: body.text(at.texts + exe, cwd),
    // Each argument ends with a NUL, the last one too unless it was cut.
    argv: (argv.endsWith('\0') ? argv.slice(0, -1) : argv).split('\0'),
    loginuid: body.i32(at.loginuid), // -1: nobody logged in
    tty: body.u32(at.tty),
    session: body.u32(at.session),
    group: body.u32(at.group),
    vpid: body.u32(at.vpid),
    vgroup: body.u32(at.vgroup),
    capabilities: {
      effective: body.hex64(at.effective),
      permitted: body.hex64(at.permitted),
      inheritable: body.hex64(at.inheritable),
    },
    namespaces,
    upperLayer: (kind & kinds.upperLayer) !== 0,
    memfd: (kind & kinds.memfd) !== 0,
    unlinked: (kind & kinds.unlinked) !== 0,
  };
}

export const exec: Probe = {
  name: 'exec',
  description: 'A process begins to run a program: with its arguments, directory, identity, namespaces and file.',
  gaps: [
    'An exec that fails is not seen.',
    'Of the arguments the first 2047 bytes are kept, of a path the last 32 directories; the environment is not read.',
  ],
  programs: { process_exec: 'tp_btf/sched_process_exec' },
  decode: ({ body, truncated }: EventRecord) => ({
    type: 'execve',
    fields: truncated ? { 'evt.truncated': true } : {},
    change: {
      kind: 'exec',
      image: image(body),
      parent: body.u32(at.parent),
      parentStart: body.u64(at.parentStart),
    },
  }),
};
