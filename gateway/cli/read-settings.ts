import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { holdsPassword } from '../../graph/store/open.ts';
import { CommandError } from './errors.ts';
import {
  flagOf,
  isSecret,
  kebab,
  type Setting,
  type SettingName,
  type Settings,
  settingNames,
  settings,
  variableOf,
} from './settings.ts';

const passwordShown = `--store: whoever lists the processes of this machine would read the password: set ${variableOf('storePassword')}, or all of ${variableOf('store')}`;

type Value = string | number | boolean | readonly string[];

function convert(name: SettingName, text: unknown, place: string): Value {
  const { type } = settings[name];
  if (type === 'strings') {
    const items: readonly unknown[] = Array.isArray(text) ? text : [text];
    if (items.every((item) => typeof item === 'string' && item !== '')) return items.map(String);
    throw new CommandError(`${place}: ${JSON.stringify(text)} is not a list of names`);
  }
  if (type === 'string' && (typeof text === 'string' || typeof text === 'number')) return String(text);
  if (type === 'boolean' && (text === true || text === 'true' || text === '1')) return true;
  if (type === 'boolean' && (text === false || text === 'false' || text === '0')) return false;
  if (type === 'integer' && /^\d{1,9}$/.test(String(text))) {
    const { range: [least, most] = [0, Number.MAX_SAFE_INTEGER] }: Setting = settings[name];
    if (Number(text) >= least && Number(text) <= most) return Number(text);
    throw new CommandError(`${place}: ${text} is not from ${least} to ${most}`);
  }
  const wanted = { integer: 'a whole number', boolean: 'true or false', string: 'text', strings: 'text, or a list' }[
    type
  ];
  throw new CommandError(`${place}: ${JSON.stringify(text)} is not ${wanted}`);
}

function fromFile(file: string | null): Record<string, unknown> {
  if (file === null) return {};
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(`settings file ${file} cannot be read: ${(error as Error).message}`);
  }
  let read: unknown;
  try {
    read = parse(text) ?? {};
  } catch (error) {
    throw new CommandError(`settings file ${file}: ${(error as Error).message}`);
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read))
    throw new CommandError(`settings file ${file} is not a map of settings`);
  for (const key of Object.keys(read)) {
    if (!settingNames.includes(key as SettingName))
      throw new CommandError(`settings file ${file}: there is no setting ${key}; see portolan help`);
  }
  return read as Record<string, unknown>;
}

/** Reads the settings a command knows from its arguments, the environment and the settings file. */
export function readSettings(
  args: readonly string[],
  known: readonly SettingName[],
  environment: Readonly<Record<string, string | undefined>>,
): { readonly settings: Settings; readonly positionals: readonly string[] } {
  const options = Object.fromEntries(
    [...known, 'help' as const]
      .filter((name) => !isSecret(name))
      .map((name) => {
        const { type } = settings[name];
        return [kebab(name), { type: type === 'boolean' ? type : 'string', multiple: type === 'strings' } as const];
      }),
  );
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new CommandError(`${(error as Error).message.split('. ')[0]}; see --help`);
  }
  const given = (name: SettingName): Value | undefined => {
    const flag = parsed.values[kebab(name)];
    if (flag !== undefined) {
      if (name === 'store' && holdsPassword(String(flag))) throw new CommandError(passwordShown);
      return convert(name, flag, flagOf(name));
    }
    const variable = environment[variableOf(name)];
    if (variable === undefined || variable === '') return undefined;
    const items = variable.split(',').map((item) => item.trim());
    return convert(name, settings[name].type === 'strings' ? items : variable, variableOf(name));
  };
  const file = known.includes('config') ? fromFile((given('config') as string | undefined) ?? null) : {};
  const values = settingNames.map((name) => {
    const value =
      given(name) ?? (file[name] === undefined ? undefined : convert(name, file[name], `settings file: ${name}`));
    return [name, value ?? settings[name].default];
  });
  return { settings: Object.fromEntries(values) as unknown as Settings, positionals: parsed.positionals };
}
