/**
 * The options of a command line as getopt(3) finds them, in order, each with its value after it: `-abx 1` by "ab:x:" gives
 * ["a", "b", "x", ...]. An unknown option is "?"; so is one that lacks its value, or ":" where `options` begins with a colon.
 * `--` and the first word that is no option end it; long options are passed over. With `selected` it is the value of that
 * option, the last one's, or its letter where it takes none. Undefined where there is none.
 */
export function getopt(
  words: readonly string[],
  options: string,
  selected: string | null,
): string | readonly string[] | undefined {
  const missing = options.startsWith(':') ? ':' : '?';
  const found: string[] = [];
  let last: string | undefined;
  const add = (letter: string, value?: string): void => {
    found.push(letter, ...(value === undefined ? [] : [value]));
    if (letter === selected) last = value ?? letter;
  };
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (word === '--' || word === '-' || !word.startsWith('-')) break;
    if (word.startsWith('--')) continue;
    for (let index = 1; index < word.length; index++) {
      const letter = word[index] as string;
      const known = letter === ':' ? -1 : options.indexOf(letter);
      if (known === -1) add('?');
      else if (options[known + 1] !== ':') add(letter);
      else {
        const value = index + 1 < word.length ? word.slice(index + 1) : words[++at];
        if (value === undefined) add(missing);
        else add(letter, value);
        break;
      }
    }
  }
  if (selected !== null) return last;
  return found.length === 0 ? undefined : found;
}
