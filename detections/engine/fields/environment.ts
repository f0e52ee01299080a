import type { Argument, Field, Getter } from './field.ts';
import { type NodeEvent, ofText } from './syscall-derived.ts';

/** Variables that are no secrets: what alerts tell of an environment besides the names in it. */
const open: ReadonlySet<string> = new Set([
  ...['PATH', 'HOME', 'PWD', 'SHELL', 'USER', 'LOGNAME', 'TERM', 'LANG', 'HOSTNAME', 'HISTFILE'],
  ...[
    'LD_PRELOAD',
    'LD_LIBRARY_PATH',
    'LD_AUDIT',
    'LD_DEBUG',
    'GLIBC_TUNABLES',
    'GCONV_PATH',
    'BASH_ENV',
    'PYTHONPATH',
  ],
]);
const proxies: ReadonlySet<string> = new Set(['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'ALL_PROXY', 'NO_PROXY']);
const longestShown = 256;
const levels = [1, 2, 3, 4, 5, 6, 7];

/** The sensor ends each entry with a NUL; where others wrote the text, a space before a name parts them. */
function entries(text: string): readonly string[] {
  return text.split(text.includes('\0') ? '\0' : / (?=[A-Za-z_]\w*=)/).filter((entry) => entry !== '');
}

function spaced(text: string): string {
  return text.replace(/\0$/, '').replaceAll('\0', ' ');
}

function variable(text: string, name: string): string | undefined {
  return entries(text)
    .find((entry) => entry.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}

/** An entry as it may leave the process: most are their name alone, and what has no name is left out. */
function shownEntry(entry: string): string {
  const [, name = '', value = ''] = /^([A-Za-z_]\w{0,63})=(.*)$/s.exec(entry) ?? [];
  if (proxies.has(name.toUpperCase())) return `${name}=${address(value)}`;
  return name === '' ? '' : `${name}=${open.has(name) ? value.slice(0, longestShown) : ''}`;
}

/** Of the address of a proxy scheme, host and port: user and password stand before the last `@`, and whatever comes behind. */
function address(value: string): string {
  const [scheme = ''] = /^\w+:\/\//.exec(value) ?? [];
  const [rest = ''] = /^[\w.,:*[\]-]+/.exec(value.slice(Math.max(scheme.length, value.lastIndexOf('@') + 1))) ?? [];
  return `${scheme}${rest}`.slice(0, longestShown);
}

function shown(text: string): string {
  return entries(text).map(shownEntry).filter(Boolean).join(' ');
}

function environmentField(name: string): Field<NodeEvent> {
  return {
    ...common(name, 'key'),
    getter: (key) => (key === null ? ofText(name, spaced) : ofText(name, (text) => variable(text, key))),
    shown: (key) => ofText(name, (text) => shownOf(text, key)),
  };
}

function shownOf(text: string, key: string | null): string | undefined {
  if (key === null) return shown(text);
  const value = variable(text, key);
  return value === undefined ? undefined : shownEntry(`${key}=${value}`);
}

/** Of the ancestors: of one that is numbered, or of the first that has a variable. */
function ancestorsField(name: string): Field<NodeEvent> {
  const get = (of: (text: string, key: string | null) => string | undefined) => (key: string | null) => {
    if (key === null || /^\d+$/.test(key)) return ofText(`${name}[${key ?? 1}]`, (text) => of(text, null));
    const each = levels.map((level): Getter<NodeEvent> => ofText(`${name}[${level}]`, (text) => of(text, key)));
    return (event: NodeEvent, turn: number) => {
      for (const getter of each) {
        const value = getter(event, turn);
        if (value !== undefined) return value;
      }
      return undefined;
    };
  };
  return {
    ...common(name, 'key'),
    anyOf: levels.map((level) => `${name}[${level}]`),
    getter: get((text, key) => (key === null ? spaced(text) : variable(text, key))),
    shown: get(shownOf),
  };
}

function common(
  name: string,
  argument: Argument,
): Pick<Field<NodeEvent>, 'name' | 'type' | 'list' | 'argument' | 'delivered'> {
  return { name, type: 'text', list: false, argument, delivered: (key) => !(Number(key) > levels.length) };
}

/** The environment that a program was given. Rules compare it; what leaves the process in alerts is but what holds no secret. */
export const environmentFields: readonly Field<NodeEvent>[] = [
  environmentField('proc.env'),
  ancestorsField('proc.aenv'),
];
