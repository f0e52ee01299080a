import {
  allParts,
  ensureKubernetes,
  sharedKubernetesValue,
  sharedKubernetesVariable,
  startKubernetes,
  TestbedUnavailable,
} from '../testbed/kubernetes.ts';
import type { Report } from './report.ts';
import type { TestResult } from './result.ts';

export interface SharedTestbed {
  /** What tells a test file where the shared servers are, or why there are none. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts the servers that all test files of a run share, building what is missing. Never rejects: it reports. */
export async function startSharedTestbed(report: Report): Promise<SharedTestbed> {
  const name = 'testbed: Kubernetes';
  const startedAt = performance.now();
  const say = (outcome: TestResult['outcome'], detail: string): void => {
    const seconds = (performance.now() - startedAt) / 1000;
    report.add({ name, seconds, tests: [{ name: 'starts', outcome, detail }], output: '' });
  };
  try {
    await ensureKubernetes(console.log);
    const kubernetes = await startKubernetes({ parts: allParts });
    say('passed', '');
    return { environment: { [sharedKubernetesVariable]: sharedKubernetesValue(kubernetes) }, stop: kubernetes.stop };
  } catch (error) {
    const missing = error instanceof TestbedUnavailable;
    say(missing ? 'skipped' : 'failed', String(error));
    const reason = missing ? error : new TestbedUnavailable('the shared Kubernetes did not start');
    return { environment: { [sharedKubernetesVariable]: sharedKubernetesValue(reason) }, stop: async () => undefined };
  }
}
