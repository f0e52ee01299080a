import type { Field } from './field.ts';
import type { NodeEvent } from './syscall-derived.ts';
import { deliveredArguments } from './syscall-names.ts';

/**
 * What the arguments of a call are called, by their number from 0, the result first; of the calls whose paths older rules ask for
 * so: https://falco.org/docs/reference/rules/supported-events/.
 */
const order: Readonly<Record<string, readonly string[]>> = {
  open: ['fd', 'name', 'flags', 'mode'],
  creat: ['fd', 'name', 'mode'],
  openat: ['fd', 'dirfd', 'name', 'flags', 'mode'],
  openat2: ['fd', 'dirfd', 'name', 'flags', 'mode'],
  mkdir: ['res', 'path'],
  mkdirat: ['res', 'dirfd', 'path', 'mode'],
  rmdir: ['res', 'path'],
  unlink: ['res', 'path'],
  unlinkat: ['res', 'dirfd', 'name', 'flags'],
  rename: ['res', 'oldpath', 'newpath'],
  renameat: ['res', 'olddirfd', 'oldpath', 'newdirfd', 'newpath'],
  renameat2: ['res', 'olddirfd', 'oldpath', 'newdirfd', 'newpath', 'flags'],
  link: ['res', 'oldpath', 'newpath'],
  linkat: ['res', 'olddir', 'oldpath', 'newdir', 'newpath', 'flags'],
  symlink: ['res', 'target', 'linkpath'],
  symlinkat: ['res', 'target', 'linkdirfd', 'linkpath'],
  chmod: ['res', 'filename', 'mode'],
  fchmodat: ['res', 'dirfd', 'filename', 'mode'],
  mount: ['res', 'dev', 'dir', 'type'],
};
/** Arguments that events have as fields of their own. */
const fields: Readonly<Record<string, string>> = { fd: 'fd.num', res: 'evt.res' };

/** `evt.arg[1]`, `evt.arg[path]`: an argument of the system call, by its number or its name. */
export const bracketedArgument: Field<NodeEvent> = {
  name: 'evt.arg',
  type: 'text',
  list: false,
  argument: 'required',
  delivered: (key) => {
    if (!isNumber(key)) return deliveredArguments.has(key ?? '');
    const names = Object.values(order).map((call) => call[Number(key)]);
    return names.some((name) => name !== undefined && (name in fields || deliveredArguments.has(name)));
  },
  getter: (key) => (event) => {
    const name = isNumber(key) ? order[String(event['evt.type'])]?.[Number(key)] : key;
    const value = name == null ? undefined : (event[`evt.arg.${name}`] ?? event[fields[name] ?? '']);
    return value === undefined || typeof value === 'object' ? undefined : String(value);
  },
};

function isNumber(key: string | null): boolean {
  return key !== null && /^\d+$/.test(key);
}
