import type { ProcessChange } from '../probes/probe.ts';
import { findProcess, procTickNs, type SnapshotProcess } from './proc.ts';
import { ancestorsUnder, type Identity, type Process } from './process.ts';

/**
 * The processes of the node. A pid names a process only together with its start, so that a pid that is used again is
 * another process. What forks tell is enough; where they were lost, /proc is asked.
 */
export class ProcessTree {
  readonly #alive = new Map<number, Process>();
  readonly #ask: (pid: number) => SnapshotProcess | undefined;
  /** How often /proc was asked, and how often not even /proc knew. */
  readonly stats = { asked: 0, unknown: 0 };

  constructor(ask: (pid: number) => SnapshotProcess | undefined = findProcess) {
    this.#ask = ask;
  }

  get size(): number {
    return this.#alive.size;
  }

  /** Takes in the processes that were there before the first event. */
  add(processes: Iterable<SnapshotProcess>): void {
    const snapshot = new Map([...processes].map((found) => [found.pid, found]));
    const placing = new Set<number>();
    const place = (found: SnapshotProcess): Process => {
      const before = this.#known(found.pid, found.start);
      if (before) return before;
      placing.add(found.pid); // so that a loop of parents, which a pid used again can feign, ends
      const parent = snapshot.get(found.parent);
      const ancestors = parent && !placing.has(parent.pid) ? ancestorsUnder(place(parent)) : [];
      placing.delete(found.pid);
      return this.#insert(identityOf(found), ancestors);
    };
    for (const found of snapshot.values()) place(found);
  }

  /** The process that an event names. */
  find(pid: number, start: number): Process {
    return this.#known(pid, start) ?? this.#discover(pid, start);
  }

  /** Does to `process` what an event says of it; returns what it is then. */
  apply(process: Process, change: ProcessChange): Process {
    const { self } = process;
    if (change.kind === 'exit') {
      this.#alive.delete(self.pid);
      return process;
    }
    if (change.kind === 'fork') {
      const { pid, start, vpid } = change;
      this.#insert({ pid, start, image: self.image, vpid }, ancestorsUnder(process));
      return process;
    }
    const { parent, parentStart, image } = change;
    const orphan = process.ancestors.length === 0 && parent !== 0 && parent !== self.pid;
    const ancestors = orphan ? ancestorsUnder(this.find(parent, parentStart)) : process.ancestors;
    return this.#insert({ ...self, image, vpid: image.vpid }, ancestors);
  }

  /** Forgets processes that are not among `pids`: their exits were lost. */
  prune(pids: ReadonlySet<number>): void {
    for (const pid of this.#alive.keys()) if (!pids.has(pid)) this.#alive.delete(pid);
  }

  #known(pid: number, start: number): Process | undefined {
    const known = this.#alive.get(pid);
    return known && isSameStart(known.self.start, start) ? known : undefined;
  }

  #discover(pid: number, start: number): Process {
    this.stats.asked++;
    const found = this.#ask(pid);
    if (!found || !isSameStart(found.start, start)) {
      this.stats.unknown++;
      return this.#insert({ pid, start, image: null, vpid: 0 }, []);
    }
    const parent = found.parent === 0 || found.parent === pid ? undefined : this.#ask(found.parent);
    if (!parent) return this.#insert(identityOf(found), []);
    const above = this.#known(parent.pid, parent.start) ?? this.#insert(identityOf(parent), []);
    return this.#insert(identityOf(found), ancestorsUnder(above));
  }

  #insert(self: Identity, ancestors: readonly Identity[]): Process {
    const process = { self, ancestors };
    this.#alive.set(self.pid, process);
    return process;
  }
}

function identityOf({ pid, start, image }: SnapshotProcess): Identity {
  return { pid, start, image, vpid: image.vpid };
}

/** Exact among events; to the tick where one of both comes from /proc. */
function isSameStart(a: number, b: number): boolean {
  if (a === b) return true;
  const coarse = a % procTickNs === 0 || b % procTickNs === 0;
  return coarse && Math.floor(a / procTickNs) === Math.floor(b / procTickNs);
}
