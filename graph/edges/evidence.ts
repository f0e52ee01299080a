import type { Evidence, EvidenceItem } from '../model/graph.ts';

/** The most alternatives of evidence that are kept of one edge. */
const mostAlternatives = 100;

/** Sorted, without repeats; of very many alternatives the first are kept, which only ever makes an edge look easier to remove. */
export function canonicalEvidence(evidence: Evidence): Evidence {
  if (evidence.length === 1 && evidence[0]?.length === 1) return evidence;
  const alternatives = new Map<string, readonly EvidenceItem[]>();
  for (const alternative of evidence) {
    const items = new Map(alternative.map((item) => [`${item.object}\n${item.field}`, item]));
    const sorted = [...items].sort(byKey);
    alternatives.set(
      sorted.map(([key]) => key).join('\n\n'),
      sorted.map(([, item]) => item),
    );
  }
  return [...alternatives]
    .sort(byKey)
    .slice(0, mostAlternatives)
    .map(([, items]) => items);
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The alternatives that hold where one of each of two does. */
export function bothOf(first: Evidence, second: Evidence): Evidence {
  const both = first.flatMap((before) => second.map((way) => [...before, ...way]));
  return both.length > mostAlternatives ? canonicalEvidence(both) : both;
}

/** Whether there are more alternatives than are kept, as far as can be told. */
export function mayHaveMore(evidence: Evidence): boolean {
  return evidence.length >= mostAlternatives;
}
