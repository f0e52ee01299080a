import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { generatedFolders, pages } from './pages.ts';
import { root } from './root.ts';

test('generated pages are as the code says; npm run docs writes them', async () => {
  const expected = await pages();
  for (const [path, text] of expected) {
    const written = await readFile(join(root, 'docs', path), 'utf8').catch(() => '(missing)');
    assert.equal(written, text, `docs/${path} is out of date: npm run docs`);
  }
  for (const folder of generatedFolders) {
    for (const name of await readdir(join(root, 'docs', folder))) {
      assert.ok(expected.has(`${folder}/${name}`), `docs/${folder}/${name} belongs to nothing: npm run docs`);
    }
  }
});
