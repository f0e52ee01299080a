import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml';
import { type Mark, type Place, RuleError, type SourceText } from '../problem.ts';
import { type FileText, placeIn, scalarText } from './source-text.ts';

/** A value of a rule file with its place: reading it as what it must be refuses what it is not. */
export class YamlValue {
  readonly #file: FileText;
  readonly #node: Node | null;
  /** Where the value, or the key of an empty one, stands. */
  readonly offset: number;
  /** How messages call it. */
  readonly name: string;

  constructor(file: FileText, node: Node | null, offset: number, name: string) {
    this.#file = file;
    this.#node = node;
    this.offset = node?.range?.[0] ?? offset;
    this.name = name;
  }

  get place(): Place {
    return placeIn(this.#file, this.offset);
  }

  get isNull(): boolean {
    return this.#node === null || (isScalar(this.#node) && this.#node.value === null);
  }

  get isList(): boolean {
    return isSeq(this.#node);
  }

  get isMap(): boolean {
    return isMap(this.#node);
  }

  get mark(): Mark {
    return { source: { text: '', place: () => this.place }, offset: 0 };
  }

  error(message: string): RuleError {
    return new RuleError(message, this.mark);
  }

  fail(message: string): never {
    throw this.error(message);
  }

  /** Text as it was written: `1.0` stays `1.0`. */
  text(): string {
    return this.source().text;
  }

  /** Text as it was written, which may be empty; null where there is none. */
  scalar(): string | null {
    const node = this.#node;
    if (this.isNull) return null;
    if (!isScalar(node)) return this.fail(`${this.name} must be text, a number, true, false or null`);
    return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
  }

  source(): SourceText {
    const node = this.#node;
    if (!isScalar(node) || node.value === null) return this.fail(`${this.name} must be text`);
    const text = typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
    if (text.trim() === '') return this.fail(`${this.name} is empty`);
    return scalarText(this.#file, node as Scalar, text);
  }

  boolean(): boolean {
    const node = this.#node;
    const text = isScalar(node) ? String(node.value).toLowerCase() : '';
    // yaml-cpp, which reads Falco's files, takes the words of YAML 1.1.
    if (['true', 'yes', 'on', 'y'].includes(text)) return true;
    if (['false', 'no', 'off', 'n'].includes(text)) return false;
    return this.fail(`${this.name} must be true or false`);
  }

  list(): readonly YamlValue[] {
    const node = this.#node;
    if (!isSeq(node)) return this.fail(`${this.name} must be a list`);
    return node.items.map(
      (item) => new YamlValue(this.#file, item as Node | null, this.offset, `an item of ${this.name}`),
    );
  }

  map(): YamlItem {
    const node = this.#node;
    if (!isMap(node)) return this.fail(`${this.name} must be a map`);
    return new YamlItem(this.#file, node);
  }
}

/** A map of a rule file. */
export class YamlItem {
  readonly #values: ReadonlyMap<string, YamlValue>;
  readonly place: Place;

  constructor(file: FileText, map: YAMLMap) {
    this.place = placeIn(file, map.range?.[0] ?? 0);
    this.#values = new Map(
      (map.items as Pair<Node, Node | null>[]).map(({ key, value }) => {
        const name = isScalar(key) ? String(key.value) : '';
        const target = isAlias(value) ? null : value;
        return [name, new YamlValue(file, target, key.range?.[0] ?? 0, `‘${name}’`)];
      }),
    );
  }

  get keys(): readonly string[] {
    return [...this.#values.keys()];
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  get(key: string): YamlValue | undefined {
    return this.#values.get(key);
  }

  need(key: string): YamlValue {
    const value = this.#values.get(key);
    if (value === undefined) return this.fail(`‘${key}’ is missing`);
    return value;
  }

  fail(message: string): never {
    throw new RuleError(message, { source: { text: '', place: () => this.place }, offset: 0 });
  }
}
