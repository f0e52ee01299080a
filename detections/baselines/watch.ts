import { counted, limitOf, quiet, type Rate, upTo } from './burst.ts';
import type { Measure } from './define.ts';
import { countOf, type Features, seen } from './first-seen.ts';
import { hash48 } from './hash.ts';
import { merged } from './merge.ts';

/** What is known of an identity. */
export interface Known {
  readonly since: number;
  readonly features: Features;
  readonly rate: Rate;
  /** Windows and features are told of once. */
  readonly toldWindow: number;
}

/** How many of a group there are, and how many of them have each feature. */
interface Group {
  members: number;
  readonly having: Map<number, number>;
}

export interface Limits {
  readonly identities: number;
  readonly groups: number;
  readonly featuresOfGroup: number;
}

export const usualLimits: Limits = { identities: 100_000, groups: 5000, featuresOfGroup: 1000 };

/** An anomaly, in words: what was expected, and what was seen. */
export interface Anomaly {
  readonly expected: string;
  readonly seen: string;
}

/** Something learnt, as JSON: of an identity, or of a group with its number of members and how many have each feature. */
export type Learnt =
  | readonly [kind: 'identity', name: string, known: Known]
  | readonly [kind: 'group', name: string, members: number, having: readonly (readonly [number, number])[]];

/** Something learnt that was forgotten for want of room. */
export type Forgotten = readonly [kind: Learnt[0], name: string];

/** Shares of peers below which a feature is rare among them. */
const rareBelow = 0.1;
const fewestPeers = 3;
const halfLifeSeconds = 14 * 86_400;

/** One baseline: of many identities, by one measure. Deterministic: time is that of the events. */
export class Baseline {
  readonly #measure: Measure;
  readonly #learnSeconds: number;
  readonly #limits: Limits;
  /** Both in the order in which they would be forgotten. */
  readonly #identities = new Map<string, Known>();
  readonly #groups = new Map<string, Group>();
  readonly #changed = { identity: new Set<string>(), group: new Set<string>() };
  /** Identities that were forgotten for want of room. */
  forgotten = 0;

  /** @param learnt what another one had learnt, in any order */
  constructor(measure: Measure, learnSeconds: number, limits: Limits = usualLimits, learnt: readonly Learnt[] = []) {
    this.#measure = measure;
    this.#learnSeconds = learnSeconds;
    this.#limits = limits;
    const identities = learnt.flatMap((each) => (each[0] === 'identity' ? [each] : []));
    const lastOf = ({ since, features, rate }: Known): number =>
      Math.max(since, features.at(-1) ?? 0, measure.kind === 'burst' ? rate.window * measure.seconds : 0);
    for (const [, name, known] of identities.sort(([, , one], [, , other]) => lastOf(one) - lastOf(other)))
      this.#identities.set(name, known);
    for (const each of learnt)
      if (each[0] === 'group') this.#groups.set(each[1], { members: each[2], having: new Map(each[3]) });
  }

  /** Takes in what others have learnt meanwhile; what they do not know of it yet is a change. */
  merge(learnt: readonly Learnt[]): void {
    for (const theirs of learnt) {
      const [kind, name] = theirs;
      const own = this.#known(kind, name);
      const [both, alone] = [own ?? theirs, theirs].map((each) => merged(each, theirs, halfLifeSeconds, this.#limits));
      if (both?.[0] === 'identity') this.#keep(name, both[2]);
      if (both?.[0] === 'group') {
        this.#groups.set(name, { members: both[2], having: new Map(both[3]) });
        this.#groupOf(name);
      }
      if (JSON.stringify(both) === JSON.stringify(alone)) this.#changed[kind].delete(name);
      else this.#changed[kind].add(name);
    }
  }

  #known(kind: Learnt[0], name: string): Learnt | undefined {
    if (kind === 'identity') {
      const known = this.#identities.get(name);
      return known && ['identity', name, known];
    }
    const group = this.#groups.get(name);
    return group && ['group', name, group.members, [...group.having]];
  }

  /** What is known, or no longer, and was not when this was asked last. */
  changes(): readonly (Learnt | Forgotten)[] {
    const kinds = ['identity', 'group'] as const;
    const all = kinds.flatMap((kind) =>
      Array.from(this.#changed[kind], (name): Learnt | Forgotten => this.#known(kind, name) ?? [kind, name]),
    );
    for (const names of Object.values(this.#changed)) names.clear();
    return all;
  }

  /**
   * Takes an event of an identity.
   *
   * @param value what is measured; null for an event by which the identity is only known
   * @param peers the group that it belongs to; null for none
   */
  take(identity: string, value: string | null, peers: string | null, seconds: number): Anomaly | null {
    const known = this.#identities.get(identity);
    const group = peers === null ? undefined : this.#groupOf(peers);
    if (known === undefined && group !== undefined && peers !== null) {
      group.members++;
      this.#changed.group.add(peers);
    }
    const before = known ?? { since: seconds, features: [], rate: quiet, toldWindow: -1 };
    const learnt = seconds - before.since >= this.#learnSeconds;
    const [after, anomaly] = value === null ? [before, null] : this.#measured(before, value, peers, seconds);
    if (after !== known) this.#changed.identity.add(identity);
    this.#keep(identity, after);
    return learnt ? anomaly : null;
  }

  #measured(known: Known, value: string, peers: string | null, seconds: number): readonly [Known, Anomaly | null] {
    const measure = this.#measure;
    const hash = hash48(value);
    const days = ((seconds - known.since) / 86_400).toFixed(1);
    if (measure.kind === 'burst') {
      const rate = counted(upTo(known.rate, Math.floor(seconds / measure.seconds)), hash);
      const limit = limitOf(rate, measure.least);
      const count = rate.values.length;
      if (count < limit || known.toldWindow === rate.window) return [{ ...known, rate }, null];
      const expected = `fewer than ${limit} in ${measure.seconds} s (usually ${rate.mean.toFixed(1)}, over ${days} days)`;
      return [
        { ...known, rate, toldWindow: rate.window },
        { expected, seen: `${count} in ${measure.seconds} s` },
      ];
    }
    const { features, before } = seen(known.features, hash, seconds, halfLifeSeconds);
    if (before > 0) return [{ ...known, features }, null];
    const group = peers === null ? undefined : this.#groups.get(peers);
    const others = group === undefined ? 0 : Math.max(0, group.members - 1);
    const having = group?.having.get(hash) ?? 0;
    if (group !== undefined && (group.having.has(hash) || group.having.size < this.#limits.featuresOfGroup)) {
      group.having.set(hash, having + 1);
      this.#changed.group.add(peers as string);
    }
    if (others >= fewestPeers && having / others >= rareBelow) return [{ ...known, features }, null];
    const peersText = others === 0 ? '' : `; ${having} of ${others} peers do this`;
    const expected = `one of the ${countOf(known.features)} things it did in ${days} days${peersText}`;
    return [
      { ...known, features },
      { expected, seen: value },
    ];
  }

  #groupOf(name: string): Group {
    const group = this.#groups.get(name) ?? { members: 0, having: new Map() };
    this.#groups.delete(name);
    this.#groups.set(name, group);
    if (this.#groups.size > this.#limits.groups) {
      const oldest = this.#groups.keys().next().value as string;
      this.#groups.delete(oldest);
      this.#changed.group.add(oldest);
    }
    return group;
  }

  #keep(identity: string, known: Known): void {
    this.#identities.delete(identity);
    this.#identities.set(identity, known);
    if (this.#identities.size <= this.#limits.identities) return;
    const oldest = this.#identities.keys().next().value as string;
    this.#identities.delete(oldest);
    this.#changed.identity.add(oldest);
    this.forgotten++;
  }
}
