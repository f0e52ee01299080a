import type { NodeKind } from '../model/kinds.ts';
import type { NodeFact } from '../model/observation.ts';
import { ListCell, type MemoryNode } from './cells.ts';
import { excluding, including, members } from './few.ts';

/** The living nodes by kind, by kind and namespace, and by kind and name. */
export class Lists {
  readonly #lists = new Map<string, ListCell>();
  /** The kinds that somebody has asked for a name of: most never are, and are not listed so. */
  readonly #named = new Set<NodeKind>();

  all(kind: NodeKind): ListCell {
    return this.#list(kind);
  }

  inNamespace(kind: NodeKind, namespace: string): ListCell {
    return this.#list(`${kind} in ${namespace}`);
  }

  named(kind: NodeKind, name: string): ListCell {
    if (!this.#named.has(kind)) {
      this.#named.add(kind);
      for (const node of members(this.all(kind).nodes)) {
        const list = this.#list(`${kind} named ${node.model?.name}`);
        list.nodes = including(list.nodes, node);
      }
    }
    return this.#list(`${kind} named ${name}`);
  }

  /** Puts a node that was born on its lists, or takes one that died from them. Answers these. */
  place(node: MemoryNode, { kind, namespace, name }: NodeFact, alive: boolean): readonly ListCell[] {
    const lists = [this.all(kind)];
    if (namespace !== null) lists.push(this.inNamespace(kind, namespace));
    if (this.#named.has(kind)) lists.push(this.named(kind, name));
    for (const list of lists) {
      list.nodes = alive ? including(list.nodes, node) : excluding(list.nodes, node);
      this.tidy(list);
    }
    return lists;
  }

  /** Drops a list that is empty and that nobody reads. */
  tidy(list: ListCell): void {
    if (!list.nodes && !list.readers) this.#lists.delete(list.name);
  }

  #list(name: string): ListCell {
    let list = this.#lists.get(name);
    if (!list) {
      list = new ListCell(name);
      this.#lists.set(name, list);
    }
    return list;
  }
}
