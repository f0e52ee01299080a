import type { ObjectKind } from '../kind.ts';
import type { ApiServer } from './api-server.ts';
import { formOf, resourcePath } from './resource.ts';

/** What one request of a list brought. */
export interface ListPage {
  readonly items: readonly unknown[];
  /** Of the whole list, from which a watch goes on. */
  readonly version: string;
  readonly last: boolean;
}

/** Lists a kind in one of its versions, in pages of so many objects; null: everything at once. */
export async function* listPages(
  kind: ObjectKind,
  version: string,
  server: ApiServer,
  pageSize: number | null,
  signal: AbortSignal,
): AsyncGenerator<ListPage> {
  const form = formOf(kind);
  const query = new URLSearchParams({ ...form.query, ...(pageSize === null ? {} : { limit: String(pageSize) }) });
  for (;;) {
    const body = await server.get(`${resourcePath(kind, version)}?${query}`, signal, form.accept);
    const { resourceVersion, continue: token } = metadataOf(body);
    if (typeof resourceVersion !== 'string' || resourceVersion === '')
      throw new Error('the list has no resourceVersion');
    const last = typeof token !== 'string' || token === '';
    yield { items: form.items(body), version: resourceVersion, last };
    if (last) return;
    query.set('continue', token);
  }
}

function metadataOf(body: unknown): Readonly<Record<string, unknown>> {
  const { metadata } = (body ?? {}) as { readonly metadata?: unknown };
  return (metadata ?? {}) as Readonly<Record<string, unknown>>;
}
