/** How a command ends; portolan help tells its users. */
export const exitStatus = { done: 0, findings: 1, usage: 2, outside: 3, stopped: 130 } as const;

/** A failure that the person at the command line can act on: printed as one line, without a stack. */
export class CommandError extends Error {
  readonly status: number;

  constructor(message: string, status: number = exitStatus.usage, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandError';
    this.status = status;
  }
}
