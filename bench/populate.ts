import { objectKinds } from '../collectors/kubernetes/kinds/index.ts';
import type { Kubernetes } from '../test/testbed/kubernetes.ts';
import { type ClusterSize, clusterObjects, type Manifest } from './cluster-objects.ts';

const width = 16;

/** Makes `clusterObjects` on an API server, many at a time. Resolves with how many there are. */
export async function populate(kubernetes: Kubernetes, size: ClusterSize): Promise<number> {
  let made = 0;
  const create = async (object: Manifest): Promise<void> => {
    const { status, body } = await kubernetes.request('POST', resourcePath(object), object);
    if (status !== 201) throw new Error(`${object.kind}/${object.metadata.name}: ${status} ${JSON.stringify(body)}`);
    made++;
  };
  const byKind = Map.groupBy(clusterObjects(size), ({ kind }) => kind);
  for (const objects of byKind.values()) {
    const queue = objects.values();
    const worker = async (): Promise<void> => {
      for (const object of queue) await create(object);
    };
    await Promise.all(Array.from({ length: width }, worker));
  }
  return made;
}

function resourcePath({ apiVersion, kind, metadata: { namespace } }: Manifest): string {
  const resource = objectKinds.find((known) => known.kind === kind)?.resource;
  const prefix = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${prefix}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${resource}`;
}
