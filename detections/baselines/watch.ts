import { counted, limitOf, quiet, type Rate, upTo } from './burst.ts';
import type { Measure } from './define.ts';
import { countOf, type Features, seen } from './first-seen.ts';
import { hash48 } from './hash.ts';

/** What is known of an identity. */
interface Known {
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

/** What is kept, as JSON: identities and groups in the order in which they would be forgotten. */
export interface BaselineState {
  readonly identities: readonly (readonly [string, Known])[];
  readonly groups: readonly (readonly [string, number, readonly (readonly [number, number])[]])[];
}

/** Shares of peers below which a feature is rare among them. */
const rareBelow = 0.1;
const fewestPeers = 3;
const halfLifeSeconds = 14 * 86_400;

/** One baseline: of many identities, by one measure. Deterministic: time is that of the events. */
export class Baseline {
  readonly #measure: Measure;
  readonly #learnSeconds: number;
  readonly #limits: Limits;
  readonly #identities: Map<string, Known>;
  readonly #groups: Map<string, Group>;
  /** Identities that were forgotten for want of room. */
  forgotten = 0;

  constructor(measure: Measure, learnSeconds: number, limits: Limits = usualLimits, state?: BaselineState) {
    this.#measure = measure;
    this.#learnSeconds = learnSeconds;
    this.#limits = limits;
    this.#identities = new Map(state?.identities ?? []);
    this.#groups = new Map(
      (state?.groups ?? []).map(([name, members, having]) => [name, { members, having: new Map(having) }]),
    );
  }

  get state(): BaselineState {
    return {
      identities: [...this.#identities],
      groups: [...this.#groups].map(([name, { members, having }]) => [name, members, [...having]]),
    };
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
    if (known === undefined && group !== undefined) group.members++;
    const before = known ?? { since: seconds, features: [], rate: quiet, toldWindow: -1 };
    const learnt = seconds - before.since >= this.#learnSeconds;
    const [after, anomaly] = value === null ? [before, null] : this.#measured(before, value, group, seconds);
    this.#keep(identity, after);
    return learnt ? anomaly : null;
  }

  #measured(known: Known, value: string, group: Group | undefined, seconds: number): readonly [Known, Anomaly | null] {
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
    const others = group === undefined ? 0 : Math.max(0, group.members - 1);
    const having = group?.having.get(hash) ?? 0;
    if (group !== undefined && (group.having.has(hash) || group.having.size < this.#limits.featuresOfGroup))
      group.having.set(hash, having + 1);
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
    if (this.#groups.size > this.#limits.groups) this.#groups.delete(this.#groups.keys().next().value as string);
    return group;
  }

  #keep(identity: string, known: Known): void {
    this.#identities.delete(identity);
    this.#identities.set(identity, known);
    if (this.#identities.size <= this.#limits.identities) return;
    this.#identities.delete(this.#identities.keys().next().value as string);
    this.forgotten++;
  }
}
