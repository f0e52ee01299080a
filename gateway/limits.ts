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
  /** How many WebSockets, and how many streams of server-sent events, may be open. */
  readonly connections: number;
  /** How many subscriptions one WebSocket may have at a time. */
  readonly operations: number;
  /** How many bytes may wait for a subscriber who reads too slowly, before he is cut off. */
  readonly bufferBytes: number;
  /** How long one who catches up may take to read what waits for him, in milliseconds. */
  readonly drainMs: number;
  /** How often a WebSocket must show that it lives, and how soon it must say who it is, in milliseconds. */
  readonly keepAliveMs: number;
  readonly initMs: number;
}

export const defaultLimits: Limits = {
  depth: 20,
  cost: 250_000,
  aliases: 50,
  tokens: 5_000,
  bodyBytes: 256 * 1024,
  timeoutMs: 30_000,
  connections: 5_000,
  operations: 100,
  bufferBytes: 1024 * 1024,
  drainMs: 30_000,
  keepAliveMs: 12_000,
  initMs: 3_000,
};
