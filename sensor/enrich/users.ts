import { readFileSync } from 'node:fs';

/** Names of users by uid, from a passwd file; read again when an unknown uid turns up, at most once a minute. */
export function userNames(file = '/etc/passwd'): (uid: number) => string | undefined {
  let names: ReadonlyMap<number, string> = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  return (uid) => {
    const name = names.get(uid);
    if (name !== undefined || performance.now() - readAt < 60_000) return name;
    readAt = performance.now();
    names = readNames(file);
    return names.get(uid);
  };
}

function readNames(file: string): ReadonlyMap<number, string> {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    // passwd(5): name, password, uid, gid, ... The first name of a uid is its name.
    const entries = lines.map((line) => line.split(':')).filter(({ length }) => length >= 3);
    return new Map(entries.reverse().map(([name = '', , uid]) => [Number(uid), name]));
  } catch {
    return new Map();
  }
}
