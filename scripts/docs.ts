/** Writes the generated pages under docs/. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pages } from './docs/pages.ts';
import { root } from './docs/root.ts';

const docs = join(root, 'docs');
const written = await pages();
await mkdir(join(docs, 'techniques'), { recursive: true });
for (const name of await readdir(join(docs, 'techniques'))) {
  if (!written.has(`techniques/${name}`)) await rm(join(docs, 'techniques', name));
}
for (const [path, text] of written) await writeFile(join(docs, path), text);
console.error(`wrote ${written.size} pages`);
