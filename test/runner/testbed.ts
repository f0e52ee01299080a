import * as kubernetes from '../testbed/kubernetes.ts';
import * as neo4j from '../testbed/neo4j.ts';
import type { Report } from './report.ts';
import type { TestResult } from './result.ts';

export interface SharedTestbed {
  /** What tells a test file where the shared servers are, or why there are none. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Whether nothing has to be built or fetched first. */
export function testbedIsReady(): boolean {
  return kubernetes.kubernetesIsBuilt() && neo4j.neo4jIsFetched();
}

/** Starts the servers that all test files of a run share, building what is missing. Never rejects: it reports. */
export async function startSharedTestbed(report: Report): Promise<SharedTestbed> {
  const servers = await Promise.all([
    startShared(report, {
      name: 'Kubernetes',
      ensure: () => kubernetes.ensureKubernetes(console.log),
      start: () => kubernetes.startKubernetes({ parts: kubernetes.allParts }),
      variable: kubernetes.sharedKubernetesVariable,
      describe: kubernetes.sharedKubernetesValue,
    }),
    startShared(report, {
      name: 'Neo4j',
      ensure: () => neo4j.ensureNeo4j(console.log),
      start: neo4j.startNeo4j,
      variable: neo4j.sharedNeo4jVariable,
      describe: neo4j.sharedNeo4jValue,
    }),
  ]);
  return {
    environment: Object.assign({}, ...servers.map(({ environment }) => environment)),
    stop: async () => {
      await Promise.all(servers.map(({ stop }) => stop()));
    },
  };
}

interface Server<Started> {
  readonly name: string;
  ensure(): Promise<unknown>;
  start(): Promise<Started>;
  readonly variable: string;
  /** The value of the variable. */
  describe(outcome: Started | kubernetes.TestbedUnavailable): string;
}

async function startShared<Started extends { stop(): Promise<void> }>(
  report: Report,
  { name, ensure, start, variable, describe }: Server<Started>,
): Promise<SharedTestbed> {
  const startedAt = performance.now();
  const say = (outcome: TestResult['outcome'], detail: string): void => {
    const seconds = (performance.now() - startedAt) / 1000;
    report.add({ name: `testbed: ${name}`, seconds, tests: [{ name: 'starts', outcome, detail }], output: '' });
  };
  try {
    await ensure();
    const started = await start();
    say('passed', '');
    return { environment: { [variable]: describe(started) }, stop: started.stop };
  } catch (error) {
    const missing = error instanceof kubernetes.TestbedUnavailable;
    say(missing ? 'skipped' : 'failed', String(error));
    const reason = missing ? error : new kubernetes.TestbedUnavailable(`the shared ${name} did not start`);
    return { environment: { [variable]: describe(reason) }, stop: async () => undefined };
  }
}
