import { execFile } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { installWithApt } from '../apt.ts';
import { cacheFolder } from '../cache.ts';
import { TestbedUnavailable } from '../kubernetes/unavailable.ts';

type Say = (line: string) => void;

const pom = fileURLToPath(new URL('pom.xml', import.meta.url));
/** Neo4j 5.26 runs on Java 17 or 21. https://neo4j.com/docs/operations-manual/5/installation/requirements/ */
const leastJava = 17;
const copyJars = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';

/**
 * The folder of Neo4j's jars: from the cache, or fetched into it by Maven (half a minute to two, 160 MB), which `say`
 * tells in lines. On Debian as root, apt brings Java and Maven where they are missing.
 * Rejects with TestbedUnavailable where it cannot be had.
 */
export async function ensureNeo4j(say: Say = console.error): Promise<string> {
  const folder = jars();
  const bring = (what: string, name: string) =>
    installWithApt({ packages: [name], what: `Neo4j takes ${what}`, advice }, say);
  if (!(await hasJava())) await bring('Java', 'default-jre-headless');
  if (!(await hasJava())) throw new TestbedUnavailable(`the Java found is older than ${leastJava}; ${advice}`);
  if (existsSync(folder)) return folder;
  if ((await run('mvn', ['-version'], 30)) === null) await bring('Maven', 'maven');
  await fetchJars(folder, say);
  return folder;
}

/** Whether ensureNeo4j has nothing to fetch. */
export function neo4jIsFetched(): boolean {
  return existsSync(jars());
}

function jars(): string {
  const version = /<artifactId>neo4j<\/artifactId>\s*<version>([\d.]+)<\/version>\s*<\/dependency>/.exec(
    readFileSync(pom, 'utf8'),
  )?.[1];
  if (version === undefined) throw new Error('pom.xml names no version of neo4j');
  return join(cacheFolder(`neo4j-${version}`), 'lib');
}

async function fetchJars(folder: string, say: Say): Promise<void> {
  say('testbed: fetching Neo4j from Maven Central (once, 160 MB) ...');
  const unfinished = `${folder}.${process.pid}`;
  try {
    const options = [`-DoutputDirectory=${unfinished}`, '-DincludeScope=runtime'];
    await promisify(execFile)('mvn', ['-B', '-q', '-f', pom, copyJars, ...options], { timeout: 10 * 60_000 });
    if (!existsSync(folder)) renameSync(unfinished, folder);
  } catch (error) {
    throw new TestbedUnavailable(`Maven could not fetch Neo4j (${reason(error)}); see to its settings and try again`);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

async function hasJava(): Promise<boolean> {
  const said = await run('java', ['-version'], 30);
  return Number(/version "(\d+)/.exec(said ?? '')?.[1] ?? 0) >= leastJava;
}

/** All that a command printed, within `seconds`; null when it failed or is not there. */
async function run(command: string, args: readonly string[], seconds: number): Promise<string | null> {
  return promisify(execFile)(command, args, { timeout: seconds * 1000 }).then(
    ({ stdout, stderr }) => stdout + stderr,
    () => null,
  );
}

const advice = `install Java ${leastJava} or 21 and Maven, and try again`;

const reason = (error: unknown): string =>
  String(error instanceof Error ? error.message : error)
    .trim()
    .split('\n')
    .slice(-3)
    .join(' ');
