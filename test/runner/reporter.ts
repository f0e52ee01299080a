import type { TestEvent } from 'node:test/reporters';
import { inspect } from 'node:util';
import type { TestResult } from './result.ts';

/** A reporter of node:test that prints a TestResult a line as JSON. Suites are no tests. */
// biome-ignore lint/style/noDefaultExport: node:test takes a reporter from the default export
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const path: string[] = [];
  for await (const event of events) {
    if (event.type === 'test:start') path.splice(event.data.nesting, Number.POSITIVE_INFINITY, event.data.name);
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { data } = event;
    path.splice(data.nesting, Number.POSITIVE_INFINITY, data.name);
    const result = resultOf(event, path.join(' > '));
    if (result !== undefined) yield `${JSON.stringify(result)}\n`;
  }
}

type Ended = Extract<TestEvent, { type: 'test:pass' | 'test:fail' }>;

function resultOf({ type, data }: Ended, name: string): TestResult | undefined {
  const { skip, todo } = data;
  if (skip !== undefined)
    return { name, outcome: 'skipped', detail: typeof skip === 'string' ? skip : 'no reason given' };
  if (todo !== undefined) return { name, outcome: 'skipped', detail: `to do: ${todo}` };
  if (data.details.type === 'suite' && type === 'test:pass') return undefined;
  if (type === 'test:pass') return { name, outcome: 'passed', detail: '' };
  const error: Error & { readonly failureType?: string } = data.details.error;
  // A parent that fails because of its children says nothing new; a suite may also fail in a hook of its own.
  if (error.failureType === 'subtestsFailed') return undefined;
  return { name, outcome: 'failed', detail: inspect(error.cause ?? error) };
}
