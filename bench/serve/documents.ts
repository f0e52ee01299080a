/** The same question in the words of each schema: a node, its pods, their service accounts, containers and images, vulnerabilities counted. */
export const ours = `query Serve($id: ID!) {
  node(id: $id) { ... on KubeNode { id name pods(first: 20) { nodes {
    id name phase
    serviceAccount { id name }
    containers { nodes { id name image runs { id digest vulnerabilities { totalCount } } } }
  } } } }
}`;

export const theirs = `query Serve($id: ID!) {
  kubeNodes(where: { id: { eq: $id } }) { id name pods {
    id name phase
    serviceAccount { id name }
    containers { id name image runs { id digest vulnerabilitiesConnection { totalCount } } }
  } }
}`;

/** The same in one statement by hand, through the driver: no HTTP, no GraphQL, no scope, no order. */
export const byHand = `MATCH (n:Node {id: $id})
RETURN n {.id, .name, pods: COLLECT { MATCH (n)<-[:RUNS_ON]-(p:Pod) RETURN p {.id, .name, .phase,
  serviceAccount: COLLECT { MATCH (p)-[:RUNS_AS]->(s:ServiceAccount) RETURN s {.id, .name} }[0],
  containers: COLLECT { MATCH (p)-[:HAS_CONTAINER]->(c:Container) RETURN c {.id, .name, .image,
    runs: COLLECT { MATCH (c)-[:RUNS_IMAGE]->(i:Image) RETURN i {.id, .digest,
      vulnerabilities: COUNT { (i)-[:AFFECTED_BY]->(:Vulnerability) } } }[0] } } } } } AS node`;

interface Image {
  readonly id: string;
  readonly digest: string;
}
interface Named {
  readonly id: string;
  readonly name: string;
}
interface Container extends Named {
  readonly image: string;
}
interface Pod extends Named {
  readonly phase: string;
}

/** An answer in one shape, whoever gave it: sorted, since the peer is asked for no order. */
export interface Answer extends Named {
  readonly pods: readonly (Pod & {
    readonly serviceAccount: Named | null;
    readonly containers: readonly (Container & {
      readonly runs: (Image & { readonly vulnerabilities: number }) | null;
    })[];
  })[];
}

const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1);

interface Nodes<T> {
  readonly nodes: readonly T[];
}

interface OurAnswer {
  readonly node: Named & {
    readonly pods: Nodes<
      Pod & {
        readonly serviceAccount: Named | null;
        readonly containers: Nodes<
          Container & { readonly runs: (Image & { readonly vulnerabilities: { readonly totalCount: number } }) | null }
        >;
      }
    >;
  };
}

export function fromOurs(data: unknown): Answer {
  const { node } = data as OurAnswer;
  const pods = node.pods.nodes.map(({ containers, ...pod }) => ({
    ...pod,
    containers: containers.nodes
      .map(({ runs, ...container }) => ({
        ...container,
        runs: runs && { ...runs, vulnerabilities: runs.vulnerabilities.totalCount },
      }))
      .sort(byId),
  }));
  return { ...node, pods: pods.sort(byId) };
}

interface TheirAnswer {
  readonly kubeNodes: readonly (Named & {
    readonly pods: readonly (Pod & {
      readonly serviceAccount: readonly Named[];
      readonly containers: readonly (Container & {
        readonly runs: readonly (Image & { readonly vulnerabilitiesConnection: { readonly totalCount: number } })[];
      })[];
    })[];
  })[];
}

export function fromTheirs(data: unknown): Answer {
  const [node] = (data as TheirAnswer).kubeNodes;
  if (node === undefined) throw new Error('the peer does not find the node');
  const pods = node.pods.map(({ serviceAccount, containers, ...pod }) => ({
    ...pod,
    serviceAccount: serviceAccount[0] ?? null,
    containers: containers
      .map(({ runs: [image], ...container }) => ({
        ...container,
        runs: image
          ? { id: image.id, digest: image.digest, vulnerabilities: image.vulnerabilitiesConnection.totalCount }
          : null,
      }))
      .sort(byId),
  }));
  return { ...node, pods: pods.sort(byId) };
}
