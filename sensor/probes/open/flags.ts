// include/uapi/asm-generic/fcntl.h; the same on x86-64. arm64 swaps O_DIRECT and O_LARGEFILE, O_DIRECTORY and O_NOFOLLOW.
const flags: readonly (readonly [name: string, bits: number])[] = [
  ['O_CREAT', 0o100],
  ['O_EXCL', 0o200],
  ['O_NOCTTY', 0o400],
  ['O_TRUNC', 0o1000],
  ['O_APPEND', 0o2000],
  ['O_NONBLOCK', 0o4000],
  ['O_DIRECT', process.arch === 'arm64' ? 0o200000 : 0o40000],
  ['O_LARGEFILE', process.arch === 'arm64' ? 0o400000 : 0o100000],
  ['O_DIRECTORY', process.arch === 'arm64' ? 0o40000 : 0o200000],
  ['O_NOFOLLOW', process.arch === 'arm64' ? 0o100000 : 0o400000],
  ['O_NOATIME', 0o1000000],
  ['O_CLOEXEC', 0o2000000],
  ['O_PATH', 0o10000000],
];
const access = ['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_ACCMODE'] as const;

const known = new Map<number, string>();

/** Such as `O_RDONLY|O_CLOEXEC`. */
export function openFlags(value: number): string {
  const kept = known.get(value);
  if (kept !== undefined) return kept;
  const names = flags.filter(([, bits]) => (value & bits) !== 0).map(([name]) => name);
  const text = [access[value & 3], ...names].join('|');
  if (known.size < 1024) known.set(value, text);
  return text;
}
