import { DumpError } from '../../collectors/kubernetes/offline/files.ts';
import { PathEngineError } from '../../graph/paths/errors.ts';
import { StoreError } from '../../graph/store/errors.ts';
import type { Command, Terminal } from './command.ts';
import { CommandError, exitStatus } from './errors.ts';
import { commandHelp, generalHelp } from './help.ts';
import { readSettings } from './read-settings.ts';

/** Runs one command line and resolves with its exit status. Failures a person can act on are one line each. */
export async function run(commands: readonly Command[], args: readonly string[], terminal: Terminal): Promise<number> {
  const [name = 'help', ...rest] = args;
  if (name === 'help' || name === '--help' || name === '-h') {
    const command = commands.find((known) => known.name === rest[0]);
    if (!command && rest[0] !== undefined) {
      terminal.err(`portolan: there is no command ${rest[0]}; portolan help lists them\n`);
      return exitStatus.usage;
    }
    terminal.out(command ? commandHelp(command) : generalHelp(commands));
    return exitStatus.done;
  }
  const command = commands.find((known) => known.name === name);
  if (!command) {
    terminal.err(`portolan: there is no command ${name}; portolan help lists them\n`);
    return exitStatus.usage;
  }
  try {
    const { settings, positionals } = readSettings(rest, command.settings, terminal.environment);
    if (settings.help) {
      terminal.out(commandHelp(command));
      return exitStatus.done;
    }
    const { run } = await command.load();
    return await run(settings, positionals, terminal);
  } catch (error) {
    if (terminal.signal.aborted) return exitStatus.stopped;
    if (!(error instanceof Error)) throw error;
    const status = statusOf(error);
    if (status === undefined)
      terminal.err(`portolan ${name}: this is a mistake of ours, please report it:\n${error.stack}\n`);
    else terminal.err(`portolan ${name}: ${error.message}\n`);
    return status ?? exitStatus.outside;
  }
}

/** Undefined for a mistake of ours, which keeps its stack. */
function statusOf(error: Error): number | undefined {
  if (error instanceof CommandError) return error.status;
  if (error instanceof DumpError) return exitStatus.usage;
  if (error instanceof StoreError || error instanceof PathEngineError) return exitStatus.outside;
  return undefined;
}
