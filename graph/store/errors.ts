export type StoreErrorCode =
  | 'VERSION_CONFLICT'
  | 'VERSION_EXPIRED'
  | 'LEASE_LOST'
  | 'INVALID_VALUE'
  | 'INVALID_FILTER'
  | 'INVALID_CURSOR'
  | 'TOO_LARGE'
  | 'UPSTREAM_UNAVAILABLE';

/** A failure that the caller of a store can act on. The message says what to do. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}
