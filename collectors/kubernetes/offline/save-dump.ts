import { mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MappingContext, ObjectKind } from '../kind.ts';
import { objectKinds } from '../kinds/index.ts';
import { ApiError, type ApiServer, apiServer } from '../live/api-server.ts';
import { listPages } from '../live/list.ts';
import { servedVersion } from '../live/served.ts';
import { describe, judge } from '../live/setback.ts';
import { defaultTiming, pause, type Timing } from '../live/timing.ts';
import type { WatchConfig } from '../live/watch-cluster.ts';
import { DumpError } from './files.ts';
import { type DumpIdentity, identityFile, identityText, type SavedGap } from './identity.ts';
import { whatIsRead } from './what-is-read.ts';

export interface SaveOptions {
  readonly signal: AbortSignal;
  /** Told how many objects of a kind have been saved. */
  readonly onProgress: (kind: string, objects: number) => void;
}

/** The dump cannot be written. */
export class SaveError extends Error {}

/** Readable to their owner only. */
const [folderMode, fileMode] = [0o700, 0o600];
/** The API server forgets a page's version while we read: from then on everything is asked for at once. */
const maxPagedAttempts = 2;

/** Makes the folder of a dump. Throws DumpError where it holds something, unless that may be replaced. */
export async function makeDumpFolder(folder: string, replace: boolean): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: folderMode });
  } catch (error) {
    throw new DumpError(`${folder} cannot be made: ${describe(error)}`);
  }
  if (!replace && (await readdir(folder)).length > 0) {
    throw new DumpError(`${folder} is not empty: name another folder, or say --force to replace a dump that is there`);
  }
  // What is not read this time must not be left from the last.
  for (const file of [identityFile, ...objectKinds.map(fileOf)]) await rm(join(folder, file), { force: true });
}

/**
 * Saves a cluster into the files of a folder, a kind each as NDJSON, reduced to what is charted of it. What cannot be
 * read is a gap, and the rest is saved; the gaps are returned. Holds a page in memory. Rejects when aborted, and
 * with SaveError; the dump then says of itself that it is not whole.
 */
export async function saveDump(
  config: WatchConfig,
  folder: string,
  options: SaveOptions,
): Promise<readonly SavedGap[]> {
  const { cluster, timing = defaultTiming } = config;
  const server = apiServer(config, timing);
  const context = { cluster: cluster.name, audiences: cluster.audiences };
  const kinds = objectKinds.map(({ kind }) => kind);
  const message = 'is not saved as a whole: the dump was cut short';
  const gaps = new Map<string, SavedGap>(kinds.map((kind) => [kind, { kind, reason: 'LOADING', message }]));
  const sign = (): Promise<void> => {
    const identity: DumpIdentity = {
      ...cluster,
      savedAt: new Date().toISOString(),
      kinds,
      gaps: [...gaps.values()],
    };
    const file = join(folder, identityFile);
    return writing(file, () => writeFile(file, identityText(identity), { mode: fileMode }));
  };
  try {
    await sign();
    for (const kind of objectKinds) {
      const gap = await saveKind(kind, join(folder, fileOf(kind)), server, context, timing, options);
      if (gap === null) gaps.delete(kind.kind);
      else gaps.set(kind.kind, gap);
    }
    await sign();
    return [...gaps.values()];
  } finally {
    await server.close();
  }
}

/** Named as the API names them, which is unique with the group. */
function fileOf({ resource, group }: ObjectKind): string {
  return `${group === '' ? resource : `${resource}.${group}`}.ndjson`;
}

/** Null once all of it is saved, or where the API server does not serve it. */
async function saveKind(
  kind: ObjectKind,
  file: string,
  server: ApiServer,
  context: MappingContext,
  timing: Timing,
  options: SaveOptions,
): Promise<SavedGap | null> {
  const { signal } = options;
  let { version } = kind;
  let expired = 0;
  for (let failures = 1; ; ) {
    signal.throwIfAborted();
    try {
      const pageSize = expired < maxPagedAttempts ? timing.pageSize : null;
      await saveObjects(kind, version, file, listPages(kind, version, server, pageSize, signal), context, options);
      return null;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SaveError) throw error;
      await rm(file, { force: true });
      const status = error instanceof ApiError ? error.status : 0;
      if (status === 410) expired += 1;
      if (status === 403 || status === 404 || status === 405) {
        const served = await servedVersion(kind, server, signal).catch(() => version);
        if (served === null) return null;
        if (served !== version) {
          version = served;
          continue;
        }
      }
      const { reason, message, waitMs } = judge(kind, error, failures, timing);
      const why = reason === 'UNREACHABLE' ? `${kind.resource} could not be read: ${describe(error)}` : message;
      if (reason !== null) return { kind: kind.kind, reason, message: why };
      failures += 1;
      await pause(waitMs, signal);
    }
  }
}

async function saveObjects(
  kind: ObjectKind,
  version: string,
  file: string,
  pages: ReturnType<typeof listPages>,
  context: MappingContext,
  { onProgress }: SaveOptions,
): Promise<void> {
  let count = 0;
  let output: Awaited<ReturnType<typeof open>> | null = null;
  try {
    for await (const { items } of pages) {
      // An answer at last: now the kind has a file, though it may be an empty one.
      output ??= await writing(file, () => open(file, 'wx', fileMode));
      const into = output;
      for (let start = 0; start < items.length; start += defaultTiming.pageSize) {
        const part = items.slice(start, start + defaultTiming.pageSize);
        const lines = part.map((item) => `${JSON.stringify(whatIsRead(kind, version, item, context))}\n`);
        await writing(file, () => into.writeFile(lines.join('')));
        count += part.length;
        onProgress(kind.kind, count);
      }
    }
  } finally {
    await output?.close();
  }
}

/** Does what writes; its failure is no trouble of the API server's, and is not tried again. */
async function writing<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new SaveError(`${file} cannot be written: ${describe(error)}`);
  }
}
