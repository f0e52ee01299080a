import { globMatcher } from '../compile/glob.ts';
import type { Field, Getter } from './field.ts';
import type { NodeEvent } from './syscall-derived.ts';

/** A mount of a container, as Falco tells of it: `source:dest:mode:rdwr:propagation`. */
interface Mount {
  readonly text: string;
  readonly source: string;
  readonly dest: string;
  readonly mode: string;
  readonly rdwr: string;
  readonly propagation: string;
}

const parts = ['source', 'dest', 'mode', 'rdwr', 'propagation'] as const;
const shape = /^(.+):(.+):([^:]*):([^:]*):([^:]*)$/;
const mostKnown = 1000;
/** By `container.mounts`, which is the same for all that a container does. */
const known = new Map<string, readonly Mount[]>();

function mountsOf(text: string): readonly Mount[] {
  let mounts = known.get(text);
  if (mounts === undefined) {
    mounts = text.split(' ').flatMap((one): readonly Mount[] => {
      const [, source = '', dest = '', mode = '', rdwr = '', propagation = ''] = shape.exec(one) ?? [];
      return source === '' ? [] : [{ text: one, source, dest, mode, rdwr, propagation }];
    });
    if (known.size === mostKnown) known.clear();
    known.set(text, mounts);
  }
  return mounts;
}

/** `container.mount.dest[/proc*]`: of the first mount whose source fits, or of the one of a number. */
function mountField(name: string, part: keyof Mount, by: 'source' | 'dest', none: string): Field<NodeEvent> {
  return {
    name,
    type: 'text',
    list: false,
    argument: 'required',
    delivered: () => true,
    getter(argument) {
      const key = argument ?? '';
      const fits = globMatcher(key);
      return ((event) => {
        const text = event['container.mounts'];
        const mounts = typeof text === 'string' ? mountsOf(text) : [];
        const found = /^\d+$/.test(key) ? mounts[Number(key)] : mounts.find((mount) => fits(mount[by]));
        return found?.[part] ?? (inContainer(event) ? none : undefined);
      }) satisfies Getter<NodeEvent>;
    },
  };
}

/** Falco says so of a mount that a container does not have, and rules ask for it. */
export const mountFields: readonly Field<NodeEvent>[] = [
  mountField('container.mount', 'text', 'source', 'none'),
  ...parts.map((part) => mountField(`container.mount.${part}`, part, part === 'source' ? 'dest' : 'source', 'N/A')),
];

function inContainer(event: NodeEvent): boolean {
  const id = event['container.id'];
  return id != null && id !== 'host';
}
