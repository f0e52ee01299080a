import type { Field } from './field.ts';
import type { NodeEvent } from './syscall-derived.ts';

/** What an event has of a path, by how the name of its system call begins; the first that fits. */
type PathOf = readonly (readonly [call: RegExp, argument: string])[];

const ofOne: PathOf = [
  [/^(?:mkdir|rmdir|unlink)/, 'evt.arg.path'],
  [/^(?:open|creat$|umount)/, 'evt.arg.name'],
  [/^f?chmod/, 'evt.arg.filename'],
];
// A link is made at its source, and leads to its target.
const source: PathOf = [
  [/^rename/, 'evt.arg.oldpath'],
  [/^link/, 'evt.arg.newpath'],
  [/^symlink/, 'evt.arg.linkpath'],
  [/^mount$/, 'evt.arg.dev'],
];
const target: PathOf = [
  [/^rename/, 'evt.arg.newpath'],
  [/^link/, 'evt.arg.oldpath'],
  [/^symlink/, 'evt.arg.target'],
  [/^mount$/, 'evt.arg.dir'],
];

/** Of calls that succeeded, as in Falco. Paths are absolute in events. */
function pathField(name: string, paths: PathOf): Field<NodeEvent> {
  return {
    name,
    type: 'text',
    list: false,
    argument: 'none',
    delivered: () => true,
    getter: () => (event) => {
      const [type, result] = [event['evt.type'], event['evt.rawres']];
      if (typeof type !== 'string' || typeof result !== 'number' || result < 0) return undefined;
      const [, argument] = paths.find(([call]) => call.test(type)) ?? [];
      const path = argument === undefined ? undefined : event[argument];
      return typeof path === 'string' ? path : undefined;
    },
  };
}

/** https://falco.org/docs/reference/rules/supported-fields/#field-class-fs-path */
export const fsPathFields: readonly Field<NodeEvent>[] = [
  pathField('fs.path.name', ofOne),
  pathField('fs.path.source', source),
  pathField('fs.path.target', target),
];
