/** A field that is not of the shape the API documents. It then counts as absent. */
export interface FieldProblem {
  /** A path such as `spec.containers[0].image`. */
  readonly field: string;
  readonly message: string;
}

export function problemText({ field, message }: FieldProblem): string {
  return field === '' ? message : `${field} ${message}`;
}

/** Far beyond what the API server stores in one object (etcd takes 1.5 MiB), yet a bound on what one can make us hold. */
const maxStringLength = 65_536;
const maxListLength = 100_000;
const maxProblems = 20;

type Json = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads the fields of one JSON object of unknown shape. Nothing here throws: a field that is missing or null reads as
 * absent, and so does a malformed one, which is noted as a problem under its path (at most 20 an object).
 */
export class Fields {
  readonly #value: Json;
  readonly #path: string;
  readonly #problems: FieldProblem[];

  constructor(value: unknown, path = '', problems: FieldProblem[] = []) {
    this.#path = path;
    this.#problems = problems;
    this.#value = isRecord(value) ? value : {};
    if (!isRecord(value) && value !== undefined) this.#report(path, 'must be an object');
  }

  get problems(): readonly FieldProblem[] {
    return this.#problems;
  }

  has(name: string): boolean {
    return this.#get(name) !== undefined;
  }

  string(name: string): string | null {
    return this.#string(this.#get(name), this.#at(name));
  }

  /** A whole number that JavaScript holds exactly. */
  integer(name: string): number | null {
    const value = this.#get(name);
    if (value === undefined) return null;
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    this.problem(name, 'must be a whole number');
    return null;
  }

  /** An IntOrString, such as a target port. */
  integerOrString(name: string): number | string | null {
    return typeof this.#get(name) === 'string' ? this.string(name) : this.integer(name);
  }

  boolean(name: string): boolean | null {
    const value = this.#get(name);
    if (value === undefined || typeof value === 'boolean') return value ?? null;
    this.problem(name, 'must be true or false');
    return null;
  }

  /** A nested object; absent, it has no fields. */
  object(name: string): Fields {
    return new Fields(this.#get(name), this.#at(name), this.#problems);
  }

  /** A list of objects. */
  list(name: string): readonly Fields[] {
    return this.#items(name).map((item, index) => new Fields(item, `${this.#at(name)}[${index}]`, this.#problems));
  }

  /** A list of strings; those that are none are left out. */
  strings(name: string): readonly string[] {
    return this.#items(name)
      .map((item, index) => this.#string(item, `${this.#at(name)}[${index}]`))
      .filter((item) => item !== null);
  }

  /** A map of strings, such as labels, in the order written. */
  stringMap(name: string): ReadonlyMap<string, string> {
    const value = this.#get(name);
    const map = new Map<string, string>();
    if (value === undefined) return map;
    if (!isRecord(value)) {
      this.problem(name, 'must be an object');
      return map;
    }
    for (const [key, item] of Object.entries(value).slice(0, maxListLength)) {
      const text = this.#string(item, `${this.#at(name)}[${JSON.stringify(key)}]`);
      if (text !== null && key.length <= maxStringLength) map.set(key, text);
    }
    return map;
  }

  problem(name: string, message: string): void {
    this.#report(this.#at(name), message);
  }

  #report(field: string, message: string): void {
    // A field that is read twice is noted once.
    const known = this.#problems.some((problem) => problem.field === field && problem.message === message);
    if (!known && this.#problems.length < maxProblems) this.#problems.push({ field, message });
  }

  #at(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.#value, name) ? (this.#value[name] ?? undefined) : undefined;
  }

  #items(name: string): readonly unknown[] {
    const value = this.#get(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.problem(name, 'must be a list');
      return [];
    }
    if (value.length > maxListLength)
      this.problem(name, `holds more than ${maxListLength} items; the rest is left out`);
    return value.slice(0, maxListLength);
  }

  #string(value: unknown, path: string): string | null {
    if (value === undefined || value === null) return null;
    // Half of a surrogate pair becomes U+FFFD, as in Go's decoder: no store takes it as it is.
    if (typeof value === 'string' && value.length <= maxStringLength) return value.toWellFormed();
    this.#report(path, typeof value === 'string' ? `is longer than ${maxStringLength} characters` : 'must be a string');
    return null;
  }
}
