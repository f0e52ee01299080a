import type { SettingName, Settings } from './settings.ts';

/** Where a command reads and writes: the process's own streams, or those of a test. */
export interface Terminal {
  /** Results. */
  out(text: string): void;
  /** Progress and messages. */
  err(text: string): void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Ends when the person wants the command to end. */
  readonly signal: AbortSignal;
}

/** Runs a command, and resolves with the exit status. */
export type Run = (settings: Settings, positionals: readonly string[], terminal: Terminal) => Promise<number>;

/** One command of the command line; listed in commands/index.ts. */
export interface Command {
  readonly name: string;
  /** The arguments after the name, for help. */
  readonly usage: string;
  readonly summary: string;
  readonly settings: readonly SettingName[];
  readonly load: () => Promise<{ readonly run: Run }>;
}
