export type PathEngineErrorCode = 'INVALID_QUERY' | 'BUSY' | 'RESTARTING' | 'CLOSED';

/** A failure that the caller of the path engine can act on. The message says what to do. */
export class PathEngineError extends Error {
  readonly code: PathEngineErrorCode;

  constructor(code: PathEngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PathEngineError';
    this.code = code;
  }
}
