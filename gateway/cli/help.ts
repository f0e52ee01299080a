import type { Command } from './command.ts';
import { flagOf, isSecret, type Setting, type SettingName, settings, variableOf } from './settings.ts';

function settingLine(name: SettingName): string {
  const setting: Setting = settings[name];
  const flag = isSecret(name)
    ? variableOf(name)
    : setting.value === undefined
      ? flagOf(name)
      : `${flagOf(name)} ${setting.value}`;
  const fallback =
    setting.default === null || setting.default === false || Array.isArray(setting.default)
      ? ''
      : ` (${setting.default})`;
  return `  ${flag.padEnd(25)} ${setting.description}${fallback}`;
}

export function commandHelp({ name, usage, summary, settings: known }: Command): string {
  return `${`portolan ${name} ${usage}`.trimEnd()}\n\n${summary}\n\n${known.map(settingLine).join('\n')}\n`;
}

export function generalHelp(commands: readonly Command[]): string {
  const list = commands.map(
    ({ name, usage, summary }) => `  ${`${name} ${usage}`.padEnd(28)} ${summary.split('\n')[0]}`,
  );
  const all = (Object.keys(settings) as SettingName[]).filter((name) => name !== 'help');
  const names = all.map((name) => `${settingLine(name)}\n  ${''.padEnd(25)} ${variableOf(name)}`);
  return `Portolan charts Kubernetes as attackers see it: who can get where, and by which route.

Usage: portolan COMMAND [ARGUMENT ...]

${list.join('\n')}
  ${'help [COMMAND]'.padEnd(28)} this, or what a command takes

Settings come from flags, then the environment, then the file that --config names.
Lists are flags that may be repeated, commas in the environment, and lists in the file.

${names.join('\n')}

Results go to standard output, progress and logs to standard error.
Exit status: 0 done, 1 findings under --fail-on, 2 bad usage or input, 3 something outside failed.
`;
}
