import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = join(import.meta.dirname, '../..');
export const launcher = join(root, 'portolan');

/** Variables that a person would set. */
export type Environment = Readonly<Record<string, string>>;

/** The environment of a user without any cluster, and without settings but those given. */
function cleanEnvironment(home: string, given: Environment): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('PORTOLAN_') && !name.startsWith('KUBE'),
  );
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? '', '.cache'),
    ...given,
  };
}

export interface Finished {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line to its end, in a folder. */
export function portolan(
  args: readonly string[],
  cwd: string,
  input = '',
  environment: Environment = {},
): Promise<Finished> {
  return new Promise((resolve) => {
    const options = { cwd, env: cleanEnvironment(cwd, environment), timeout: 60_000, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(launcher, [...args], options, (error, out, err) => {
      resolve({ status: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** `portolan up`, running. */
export interface Running {
  readonly url: string;
  output(): { readonly out: string; readonly err: string };
  query<T>(document: string, variables?: Readonly<Record<string, unknown>>, token?: string): Promise<T>;
  /** SIGTERM; resolves with the exit status. */
  stop(): Promise<number | null>;
  kill(): Promise<void>;
  signal(name: NodeJS.Signals): void;
}

/** Starts `portolan up` in a folder, and waits until it is ready. */
export async function up(args: readonly string[], cwd: string, environment: Environment = {}): Promise<Running> {
  const child: ChildProcess = spawn(launcher, ['up', '--port', '0', '--log-level', 'info', ...args], {
    cwd,
    env: cleanEnvironment(cwd, environment),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk;
  });
  const finish = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exited = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await exited;
    clearTimeout(timer);
    return child.exitCode;
  };
  for (const limit = Date.now() + 60_000; Date.now() < limit && child.exitCode === null; await sleep(20)) {
    const url = /"url":"([^"]+)"/.exec(err)?.[1];
    if (url === undefined || !out.includes('/ide')) continue;
    return {
      url,
      output: () => ({ out, err }),
      query: async <T>(query: string, variables: Readonly<Record<string, unknown>> = {}, token?: string) => {
        const response = await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
          body: JSON.stringify({ query, variables }),
        });
        const { data, errors } = (await response.json()) as { data?: T; errors?: unknown };
        if (errors !== undefined || data == null) throw new Error(JSON.stringify(errors));
        return data;
      },
      stop: () => finish('SIGTERM'),
      kill: async () => {
        await finish('SIGKILL');
      },
      signal: (name) => void child.kill(name),
    };
  }
  await finish('SIGKILL');
  throw new Error(`portolan up did not come up:\n${out}\n${err}`);
}
