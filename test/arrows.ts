import { posix } from 'node:path';

/** An import that nobody may write: from these files to those. */
export interface Forbidden {
  /** Path prefixes of ours; '' is everything, and what begins with `!` is exempt. */
  readonly from: readonly string[];
  /** Path prefixes of ours, packages (`npm:NAME`); what begins with `!` is allowed. */
  readonly to: readonly string[];
  readonly because: string;
}

const everywhereBut = (folder: string): readonly string[] => ['', `!${folder}`, '!test/', '!bench/'];

/** The arrows of docs/architecture.md, by what would break them. */
export const forbidden: readonly Forbidden[] = [
  {
    from: everywhereBut('graph/store/neo4j/'),
    to: ['npm:neo4j-driver'],
    because: 'one store knows Cypher; everybody else speaks to the port',
  },
  {
    from: everywhereBut('graph/store/sqlite/'),
    to: ['npm:better-sqlite3'],
    because: 'one store knows SQL; everybody else speaks to the port',
  },
  {
    from: everywhereBut('collectors/kubernetes/'),
    to: ['npm:@kubernetes/client-node'],
    because: 'one collector speaks to API servers; everybody else reads its observations',
  },
  {
    from: everywhereBut('collectors/audit/eks/'),
    to: ['npm:@aws-sdk/client-cloudwatch-logs'],
    because: 'one reader speaks to AWS, and loads what it takes for that when it does',
  },
  {
    from: everywhereBut('collectors/audit/aks/'),
    to: ['npm:@azure/event-hubs', 'npm:@azure/identity', 'npm:@azure/storage-blob'],
    because: 'one reader speaks to Azure, and loads what it takes for that when it does',
  },
  {
    from: everywhereBut('collectors/audit/gke/'),
    to: ['npm:google-auth-library'],
    because: 'one reader speaks to Google, and loads what it takes for that when it does',
  },
  {
    from: everywhereBut('events/redis/'),
    to: ['npm:ioredis'],
    because: 'one event log knows Redis; everybody else speaks to its port',
  },
  {
    from: ['events/'],
    to: ['', '!events/', '!graph/'],
    because: 'the event log tells of what was committed; it does not know who committed it, or who reads it',
  },
  {
    from: ['graph/'],
    to: ['events/', 'collectors/', 'detections/', 'resolvers/', 'gateway/'],
    because: 'the graph is what is known; it does not know who observes it, watches it or serves it',
  },
  {
    from: ['collectors/'],
    to: ['', '!collectors/', '!graph/model/'],
    because: 'a collector yields observations in the words of the model and knows nothing else of ours',
  },
  {
    from: ['resolvers/'],
    to: [
      'npm:neo4j-driver',
      'npm:better-sqlite3',
      'npm:ioredis',
      'graph/store/sqlite/',
      'graph/store/neo4j/',
      'collectors/',
    ],
    because: 'a resolver turns SDL into calls of ports; which store answers is for the gateway to choose',
  },
  {
    from: ['schema/', '!schema/types.ts'], // generated from the schema, with the types of what resolvers return
    to: ['', '!schema/', '!graph/model/', '!graph/store/filter.ts'],
    because: 'the contract is written in the words of the model and knows nothing else of ours',
  },
  {
    from: ['sensor/'],
    to: ['', '!sensor/', '!detections/engine/'],
    because: 'the sensor runs on nodes, where there are events and rules and nothing else',
  },
  {
    from: ['detections/engine/'],
    to: ['', '!detections/engine/', '!sensor/events/', '!collectors/audit/event.ts'],
    because: 'the engine runs on nodes too: it knows the types of events and nothing else of ours',
  },
  {
    from: ['detections/rules/'],
    to: ['', '!detections/', '!collectors/audit/'],
    because: 'a detection is a rule and its events, and knows nothing else of ours',
  },
  {
    from: ['detections/baselines/'],
    to: ['', '!detections/', '!collectors/audit/'],
    because: 'what is usual is learnt from events alone',
  },
  {
    from: ['detections/export/'],
    to: ['', '!detections/export/', '!detections/engine/'],
    because: 'an export says an alert in the words of others, wherever it came from',
  },
  {
    from: ['detections/import/'],
    to: ['', '!detections/import/', '!detections/engine/'],
    because: 'an import reads what others found as an alert, wherever it goes',
  },
  {
    from: ['detections/sigma/'],
    to: ['', '!detections/sigma/', '!detections/engine/', '!collectors/audit/event.ts'],
    because: 'Sigma is another way to write what the engine evaluates',
  },
  {
    from: ['detections/correlate/'],
    to: ['', '!detections/', '!collectors/audit/', '!graph/'],
    because: 'correlation joins events with the graph by its ports; it does not know who sends them or serves it',
  },
  {
    from: ['', '!test/', '!bench/', '!scripts/'],
    to: ['test/'],
    because: 'what is shipped needs no tests; tests, benchmarks and the tools that run them do',
  },
];

export interface Import {
  /** The importing file, relative to the root. */
  readonly file: string;
  /** The imported file, relative to the root, or `npm:NAME`. */
  readonly target: string;
}

/** What forbids an import. Tests beside the code may use test/ and the real drivers, and else obey like the code. */
export function forbidding({ file, target }: Import): Forbidden | undefined {
  const isTest = file.endsWith('.test.ts') || file.includes('/testing/');
  if (isTest && (target.startsWith('test/') || target.startsWith('npm:'))) return undefined;
  return forbidden.find(({ from, to }) => matches(file, from) && matches(target, to));
}

function matches(path: string, patterns: readonly string[]): boolean {
  const matched = (pattern: string): boolean => (path.startsWith('npm:') ? path === pattern : path.startsWith(pattern));
  return (
    patterns.some((pattern) => !pattern.startsWith('!') && matched(pattern)) &&
    !patterns.some((pattern) => pattern.startsWith('!') && matched(pattern.slice(1)))
  );
}

const statement =
  /^(?:import|export)\b[^'";]*?\bfrom\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]|\b(?:import|require)\(\s*['"]([^'"]+)['"]/gm;

/** The imports of a TypeScript file, types included; Node's own modules left out. */
export function importsOf(file: string, source: string): readonly Import[] {
  return [...source.matchAll(statement)]
    .map(([, from, bare, called]) => from ?? bare ?? called ?? '')
    .filter((specifier) => !specifier.startsWith('node:'))
    .map((specifier) => ({ file, target: targetOf(file, specifier) }));
}

function targetOf(file: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(file), specifier);
  return `npm:${specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')}`;
}
