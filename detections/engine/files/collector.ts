import type { Problem } from '../problem.ts';
import type { Definitions, ListDefinition, MacroDefinition, RuleDefinition } from './definitions.ts';

/** What rule files define while they are read, one item after another: a later one of a name takes the place of an earlier. */
export class Collector implements Definitions {
  readonly lists: Map<string, ListDefinition> = new Map();
  readonly macros: Map<string, MacroDefinition> = new Map();
  readonly rules: Map<string, RuleDefinition> = new Map();
  readonly problems: Problem[] = [];
  readonly #refused = new Set<string>();

  report(problem: Problem): void {
    this.problems.push(problem);
  }

  /** Notes that an item (`rule "NAME"`) could not be read: what refers to it has no other mistake. */
  refuse(item: string): void {
    this.#refused.add(item);
  }

  wasRefused(item: string): boolean {
    return this.#refused.has(item);
  }
}
