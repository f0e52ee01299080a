import { globMatcher } from './glob.ts';

/** `pmatch`: whether a path is one of these, or lies below it. Parts of a path may be patterns: `/home/*` + `/.ssh`. */
export function pathPrefixTest(paths: readonly string[]): (path: string) => boolean {
  const plain = paths.filter((path) => !/[*?[]/.test(path)).map(withoutSlash);
  const exact = new Set(plain);
  const below = plain.map((path) => `${path}/`);
  const patterns = paths.filter((path) => /[*?[]/.test(path)).map((path) => partMatchers(path));
  return (path) => {
    if (exact.has(path)) return true;
    for (const prefix of below) if (path.startsWith(prefix)) return true;
    for (const pattern of patterns) if (matchesParts(pattern, path)) return true;
    return false;
  };
}

function withoutSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

function partMatchers(path: string): readonly ((part: string) => boolean)[] {
  return withoutSlash(path)
    .split('/')
    .map((part) => globMatcher(part));
}

function matchesParts(matchers: readonly ((part: string) => boolean)[], path: string): boolean {
  const parts = path.split('/', matchers.length);
  return parts.length === matchers.length && matchers.every((matches, index) => matches(parts[index] as string));
}
