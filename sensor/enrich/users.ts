import { readFileSync } from 'node:fs';

/** Names of users by uid. */
export function userNames(file = '/etc/passwd'): (uid: number) => string | undefined {
  return namesIn(file);
}

/** Names of groups by gid. */
export function groupNames(file = '/etc/group'): (gid: number) => string | undefined {
  return namesIn(file);
}

/** Names by number, from a passwd or group file; read again when an unknown number turns up, at most once a minute. */
function namesIn(file: string): (id: number) => string | undefined {
  let names: ReadonlyMap<number, string> = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  return (id) => {
    const name = names.get(id);
    if (name !== undefined || performance.now() - readAt < 60_000) return name;
    readAt = performance.now();
    names = readNames(file);
    return names.get(id);
  };
}

function readNames(file: string): ReadonlyMap<number, string> {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    // passwd(5) and group(5): name, password, number, ... The first name of a number is its name.
    const entries = lines.map((line) => line.split(':')).filter(({ length }) => length >= 3);
    return new Map(entries.reverse().map(([name = '', , id]) => [Number(id), name]));
  } catch {
    return new Map();
  }
}
