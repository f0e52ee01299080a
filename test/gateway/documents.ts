import { rootLists } from '../../schema/lists.ts';

/** A document that every store must answer alike, to the byte. */
export interface Document {
  readonly name: string;
  readonly query: string;
  readonly variables?: object;
}

const page =
  'totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id ref } }';
const step =
  'from { id ref } to { id ref } edge { id name class difficulty technique { name } evidence { alternatives { object field } } }';
const path = `truncated { reason message } paths { id cost length hops { ${step} } }`;

const pods = (name: string, args: string): Document => ({ name, query: `{ pods(${args}) { ${page} } }` });
const ask = (name: string, query: string, variables?: object): Document => ({
  name,
  query,
  ...(variables && { variables }),
});

/** Documents over any world; `ids` are of some nodes of it, alive, dead and unknown. */
export function documents(ids: readonly string[]): readonly Document[] {
  const some = JSON.stringify(ids);
  return [
    ...Object.keys(rootLists).flatMap((list) => [
      ask(`${list}, by name`, `{ ${list}(first: 5) { ${page} } }`),
      ask(`${list}, from the last`, `{ ${list}(first: 5, orderBy: { field: ID, direction: DESC }) { ${page} } }`),
    ]),
    pods('by a property, nulls last', 'first: 100, orderBy: { field: PHASE }'),
    pods('by a property, downwards, nulls last', 'first: 100, orderBy: { field: PHASE, direction: DESC }'),
    pods('by a moment', 'first: 100, orderBy: { field: CREATED_AT, direction: DESC }'),
    pods('by a truth value', 'first: 100, orderBy: { field: HOST_NETWORK }'),
    pods('by namespace', 'first: 100, orderBy: { field: NAMESPACE }'),
    pods('of a name', 'filter: { name: { in: ["web-01", "Beta-2", "naïve-1"] } }'),
    pods('of a readable name', 'filter: { ref: { in: ["Pod/shop/web-01", "Pod/n1/beta-1"] } }'),
    pods('whose name holds a text', 'filter: { name: { contains: "e" } }'),
    pods('between two names', 'filter: { name: { range: { from: "alpha-1", to: "web-05" } } }'),
    pods(
      'from a name on, downwards',
      'filter: { name: { range: { from: "b" } } }, orderBy: { field: NAME, direction: DESC }',
    ),
    pods('without a phase', 'filter: { phase: { isNull: true } }'),
    pods('with a label', 'filter: { labels: { in: ["app=web", "alpha"] } }'),
    pods('with a label that holds a text', 'filter: { labels: { contains: "a" } }'),
    pods('in the network of their node', 'filter: { hostNetwork: { is: true } }'),
    pods(
      'made in a range of time',
      'filter: { createdAt: { range: { from: "2026-01-02T00:00:00Z", to: "2026-02-10T00:00:00Z" } } }',
    ),
    pods(
      'by and, or, not',
      'filter: { or: [{ not: { phase: { in: ["Running", "alpha"] } } }, { and: [{ namespace: { in: ["shop", "n1"] } }, { hostNetwork: { is: false } }] }] }',
    ),
    pods('of clusters by name', 'filter: { clusters: ["a", "prod"] }, first: 7'),
    pods('that have a matching container', 'filter: { containers: { some: { privileged: { is: true } } } }'),
    pods(
      'none of whose containers match',
      'filter: { containers: { none: { image: { contains: "1" } } } }, first: 100',
    ),
    pods(
      'two relationships away',
      'filter: { services: { some: { ingresses: { some: { name: { contains: "" } } } } } }',
    ),
    ask(
      'containers by a number',
      '{ containers(first: 100, orderBy: { field: RUN_AS_USER, direction: DESC }, filter: { runAsUser: { range: { from: 0 } } }) { totalCount nodes { ref runAsUser } } }',
    ),
    ask(
      'identities of one kind',
      '{ identities(first: 50, filter: { kind: [USER, GROUP] }) { totalCount nodes { kind ref } } }',
    ),
    ask(
      'pods with all that belongs to them',
      '{ pods(first: 20) { nodes { ref labels node { ref pods(first: 2) { totalCount nodes { ref } pageInfo { endCursor } } } serviceAccount { ref bindings { totalCount nodes { ref role { ref } } } } containers { totalCount nodes { ref privileged } } services { totalCount nodes { ref } } } } }',
    ),
    ask(
      'namespaces with filtered and ordered relations',
      '{ namespaces { nodes { ref pods(first: 3, orderBy: { field: NAME, direction: DESC }, filter: { name: { contains: "-" } }) { totalCount edges { cursor node { ref } } pageInfo { hasNextPage } } } } }',
    ),
    ask(
      'clusters and what is seen of them',
      '{ clusters { nodes { ref coverage kubeNodes { totalCount } } } coverage { state gaps { totalCount nodes { ref reason } } } }',
    ),
    ask(
      'nodes by id, alive, dead and unknown',
      `{ nodes(ids: ${some}) { __typename id ref kind deletedAt ... on ClusterObject { namespace cluster { ref } } } }`,
    ),
    ask('facets by a property', '{ facets(kind: POD, by: ["phase"]) { values count } }'),
    ask('facets by a list', '{ facets(kind: POD, by: ["labels"]) { values count } }'),
    ask(
      'facets by several, filtered',
      '{ facets(kind: CONTAINER, by: ["privileged", "runAsUser", "namespace"], filter: { name: { contains: "a" } }) { values count } }',
    ),
    ask('facets by cluster and name', '{ facets(kind: SERVICE, by: ["cluster", "name"]) { values count } }'),
    ask(
      'paths from the Internet',
      `{ attackPaths(from: { set: INTERNET }, to: { set: CLUSTER_ADMIN }, first: 20, maxHops: 8) { ${path} } }`,
    ),
    ask(
      'paths between kinds',
      `{ attackPaths(from: { kind: POD, filter: { namespace: { in: ["shop", "n1"] } } }, to: { kind: SERVICE_ACCOUNT }, first: 10, maxHops: 6) { ${path} } }`,
    ),
    ask(
      'paths between ids',
      `{ attackPaths(from: { ids: ${some} }, to: { ids: ${some} }, first: 15, maxHops: 5) { ${path} } }`,
    ),
    ask(
      'paths without some nodes',
      `query ($without: [WithoutInput!]) { attackPaths(from: { set: INTERNET }, to: { set: CLUSTER_ADMIN }, first: 9, maxHops: 8, without: $without) { ${path} } }`,
      { without: ids.slice(0, 10).map((node) => ({ node })) },
    ),
    ask(
      'paths of exposed pods',
      `{ attackPaths(from: { set: EXPOSED_PODS }, to: { kind: KUBE_NODE }, first: 5) { ${path} } }`,
    ),
    ask('no path to an empty set', `{ attackPaths(from: { set: INTERNET }, to: { set: CROWN_JEWELS }) { ${path} } }`),
    ask(
      'a blast radius',
      `{ blastRadius(of: { ids: ${some} }, maxHops: 6) { counts { kind count } reached(first: 100) { node { ref } cost hops } truncated { reason } } }`,
    ),
    ask(
      'exposures',
      '{ exposures(first: 100) { totalCount edges { cursor node { id name door { ref } ports addresses services { totalCount nodes { ref } } evidence { alternatives { object field } } } } } }',
    ),
    ask(
      'exposures by a technique',
      '{ exposures(filter: { technique: ["EXPOSE_INGRESS"] }) { totalCount nodes { door { ref } } } }',
    ),
    ask('the version', '{ version }'),
    ask('an unknown field of facets', '{ facets(kind: POD, by: ["nonsense"]) { count } }'),
    ask('too large a page', '{ pods(first: 1001) { totalCount } }'),
    ask('a cursor of nothing', '{ pods(after: "nonsense") { totalCount nodes { id } } }'),
    ask(
      'labels of a kind without',
      '{ attackPaths(from: { kind: CLUSTER, filter: { labels: { in: ["a"] } } }, to: { set: INTERNET }) { paths { id } } }',
    ),
    ask('a selector of nothing', '{ attackPaths(from: {}, to: { set: INTERNET }) { paths { id } } }'),
  ];
}
