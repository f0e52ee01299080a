import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { forbidding, importsOf } from './arrows.ts';
import { root } from './runner/files.ts';

test('no import breaks an arrow of the architecture', () => {
  const files = globSync('**/*.ts', { cwd: root, exclude: (name) => name === 'node_modules' });
  const imports = files.flatMap((file) => importsOf(file, readFileSync(join(root, file), 'utf8')));
  assert.ok(imports.length > files.length, 'most files import something: else the imports were not found');
  const broken = imports.flatMap(({ file, target }) => {
    const rule = forbidding({ file, target });
    return rule === undefined ? [] : [`${file} may not import ${target}: ${rule.because}`];
  });
  assert.deepEqual(broken, []);
});

const imports: readonly (readonly [file: string, specifier: string, allowed: boolean])[] = [
  ['graph/store/neo4j/open.ts', 'neo4j-driver', true],
  ['graph/store/sqlite/open.ts', 'neo4j-driver', false],
  ['graph/store/sqlite/open.ts', 'better-sqlite3', true],
  ['graph/records/open.ts', 'better-sqlite3', false],
  ['graph/records/open.test.ts', 'better-sqlite3', true],
  ['bench/paths.ts', 'neo4j-driver', true],
  ['collectors/kubernetes/live/list.ts', '@kubernetes/client-node', true],
  ['gateway/cli/up.ts', '@kubernetes/client-node/dist/config.js', false],
  ['events/redis/log.ts', 'ioredis', true],
  ['events/log.ts', 'ioredis', false],
  ['graph/edges/pod-exec.ts', '../../detections/alert.ts', false],
  ['graph/edges/pod-exec.test.ts', '../../gateway/server.ts', false],
  ['graph/edges/pod-exec.test.ts', '../../test/property/random.ts', true],
  ['graph/edges/pod-exec.ts', '../../test/property/random.ts', false],
  ['collectors/kubernetes/map.ts', '../../graph/model/id.ts', true],
  ['collectors/kubernetes/map.ts', '../../graph/store/port.ts', false],
  ['collectors/kubernetes/map.ts', '../clouds/aks/node.ts', true],
  ['resolvers/pod.ts', '../graph/store/port.ts', true],
  ['resolvers/pod.ts', '../graph/store/sqlite/open.ts', false],
  ['resolvers/pod.ts', '../collectors/kubernetes/map.ts', false],
  ['schema/assemble.ts', 'graphql', true],
  ['schema/assemble.ts', '../graph/model/kinds.ts', true],
  ['schema/assemble.ts', '../resolvers/index.ts', false],
  ['sensor/decode.ts', './probes/index.ts', true],
  ['sensor/decode.ts', '../graph/model/id.ts', false],
  ['detections/engine/match.ts', './event.ts', true],
  ['detections/engine/match.ts', '../../graph/model/id.ts', false],
  ['scripts/check.ts', '../test/runner/check.ts', true],
  ['gateway/server.ts', '../test/runner/check.ts', false],
];

for (const [file, specifier, allowed] of imports) {
  test(`${file} ${allowed ? 'may' : 'may not'} import ${specifier}`, () => {
    const [found] = importsOf(file, `import type {\n  A,\n} from '${specifier}';\n`);
    assert.ok(found);
    assert.equal(forbidding(found) === undefined, allowed);
  });
}

test('finds every form of import', () => {
  const source = [
    "import a, { b } from './one.ts';",
    "export * from '../two.ts';",
    "import '@scope/three/sub.js';",
    "const four = await import('./four.ts');",
    "const five = require('five');",
    "import { readFile } from 'node:fs';",
  ].join('\n');
  assert.deepEqual(
    importsOf('graph/x.ts', source).map(({ target }) => target),
    ['graph/one.ts', 'two.ts', 'npm:@scope/three', 'graph/four.ts', 'npm:five'],
  );
});
