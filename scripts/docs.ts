/** Writes the generated pages under docs/. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generatedFolders, pages } from './docs/pages.ts';
import { root } from './docs/root.ts';

const docs = join(root, 'docs');
const written = await pages();
for (const folder of generatedFolders) {
  await mkdir(join(docs, folder), { recursive: true });
  for (const name of await readdir(join(docs, folder))) {
    if (!written.has(`${folder}/${name}`)) await rm(join(docs, folder, name));
  }
}
for (const [path, text] of written) await writeFile(join(docs, path), text);
console.error(`wrote ${written.size} pages`);
