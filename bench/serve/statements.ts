/** As much of neo4j-driver-core as is counted: both ways a driver sends a statement. */
interface DriverCore {
  readonly Session: { readonly prototype: Runs };
  readonly Transaction: { readonly prototype: Runs };
}
interface Runs {
  run(...args: unknown[]): unknown;
}

/** What a server under measurement tells of itself when its parent asks. */
export interface Usage {
  /** Statements sent to the database since the start. */
  readonly statements: number;
  /** User and system time of the process, in milliseconds. */
  readonly cpuMs: number;
}

/** Counts the statements that this process sends through a driver, and tells the parent whenever it sends a message. */
export function reportStatements({ Session, Transaction }: DriverCore): void {
  let statements = 0;
  for (const { prototype } of [Session, Transaction]) {
    const { run } = prototype;
    prototype.run = function counted(this: Runs, ...args) {
      statements++;
      return run.apply(this, args);
    };
  }
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ statements, cpuMs: (user + system) / 1000 } satisfies Usage);
  });
  process.on('disconnect', () => process.exit());
}
