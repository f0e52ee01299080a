import { nodeKind } from '../../model/kinds.ts';
import { type RelationshipDefinition, relationships } from '../../model/relationships.ts';

/**
 * What hangs from a node could be counted by what Neo4j keeps of it, its degree, were each relationship of the model stated
 * once, between living ends of the kinds that the model names. Where one may not be, both its ends wear this label, so that
 * whoever counts knows. Whoever states a relationship or lets a node die puts it on, under the locks of both; pruning takes
 * it off what is even again.
 */
export const uneven = 'Uneven';

const observed = Object.entries(relationships as Readonly<Record<string, RelationshipDefinition>>);

export const isObserved = (kind: string): boolean => Object.hasOwn(relationships, kind);

/** The kinds of node that each relationship leads from and to, as a parameter. */
export const endsOfKinds: Readonly<Record<string, readonly [readonly string[], readonly string[]]>> =
  Object.fromEntries(observed.map(([kind, { from, to }]) => [kind, [from, to]]));

/** Those that several partitions may state, each for itself: they start from what clusters share. */
export const repeatedKinds: readonly string[] = observed
  .filter(([, { from }]) => from.some((kind) => nodeKind(kind).shared))
  .map(([kind]) => kind);

const ofModel = observed.map(([kind]) => kind).join('|');

/** True of a relationship of the model from a to b, whose kinds these are (an entry of `endsOfKinds`), that makes both uneven. */
export const unevenCypher = (a: string, b: string, ends: string): string =>
  `(NOT coalesce(${a}.kind IN ${ends}[0], false) OR NOT coalesce(${b}.kind IN ${ends}[1], false) OR ${a}:Tombstone OR ${b}:Tombstone)`;

/** Marks what is next to n, which has died. */
export const markNeighbours = `WITH n MATCH (n)-[:${ofModel}]-(m) SET m:${uneven}`;

/** Takes the mark off n where all is even; locks n first, which keeps away whoever would put it on. Takes `$ends`. */
export const unmark = `SET n.id = n.id
  WITH n WHERE NOT EXISTS { MATCH (n)-[e:${ofModel}]-() WITH startNode(e) AS a, endNode(e) AS b, $ends[type(e)] AS ends
      WHERE ${unevenCypher('a', 'b', 'ends')} RETURN 1 AS found }
    AND COUNT { (n)-[:${ofModel}]-() } = COUNT { MATCH (n)-[e:${ofModel}]-() RETURN DISTINCT e.id }
  REMOVE n:${uneven}`;
