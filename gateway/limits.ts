/** What one request may take. Every limit is on unless raised; docs/protocol/http.md says what each error looks like. */
export interface Limits {
  /** How deep fields nest, introspection aside. */
  readonly depth: number;
  /** How much a document may ask for, by the arithmetic of measure.ts. */
  readonly cost: number;
  /** How many fields may have an alias. */
  readonly aliases: number;
  /** How many lexical tokens a document may have. */
  readonly tokens: number;
  /** The size of a request's body, in bytes. */
  readonly bodyBytes: number;
  /** How long a request may take, in milliseconds. */
  readonly timeoutMs: number;
}

export const defaultLimits: Limits = {
  depth: 20,
  cost: 250_000,
  aliases: 50,
  tokens: 5_000,
  bodyBytes: 256 * 1024,
  timeoutMs: 30_000,
};
