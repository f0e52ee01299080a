import type { ProcessChange } from '../probes/probe.ts';
import { findProcess, procTickNs, type SnapshotProcess } from './proc.ts';
import { ancestorsUnder, type Process, processOf } from './process.ts';

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
    const placed = new Map<number, Process>();
    const place = (found: SnapshotProcess): Process => {
      const before = placed.get(found.pid) ?? this.#known(found.pid, found.start);
      if (before) return before;
      const process = this.#insert(found);
      placed.set(found.pid, process); // before the parent, so that a loop of parents ends
      const parent = snapshot.get(found.parent);
      if (parent) process.ancestors = ancestorsUnder(place(parent));
      return process;
    };
    for (const found of snapshot.values()) place(found);
  }

  /** The process that an event names. */
  find(pid: number, start: number): Process {
    return this.#known(pid, start) ?? this.#discover(pid, start);
  }

  /** Does to `process` what an event says of it. */
  apply(process: Process, change: ProcessChange): void {
    if (change.kind === 'exit') {
      this.#alive.delete(process.self.pid);
    } else if (change.kind === 'fork') {
      const child = processOf(change.pid, change.start, process.self.image, change.vpid);
      child.ancestors = ancestorsUnder(process);
      this.#alive.set(change.pid, child);
    } else {
      const { parent, parentStart, image } = change;
      if (process.ancestors.length === 0 && parent !== 0 && parent !== process.self.pid)
        process.ancestors = ancestorsUnder(this.find(parent, parentStart));
      process.self.image = image;
      process.self.vpid = image.vpid;
      process.self.generation++;
    }
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
      const process = processOf(pid, start, null, 0);
      this.#alive.set(pid, process);
      return process;
    }
    const process = this.#insert(found);
    const parent = found.parent === 0 || found.parent === pid ? undefined : this.#ask(found.parent);
    if (parent) process.ancestors = ancestorsUnder(this.#known(parent.pid, parent.start) ?? this.#insert(parent));
    return process;
  }

  #insert({ pid, start, image }: SnapshotProcess): Process {
    const process = processOf(pid, start, image, image.vpid);
    this.#alive.set(pid, process);
    return process;
  }
}

/** Exact among events; to the tick where one of both comes from /proc. */
function isSameStart(a: number, b: number): boolean {
  const coarse = a % procTickNs === 0 || b % procTickNs === 0;
  return a === b || (coarse && Math.floor(a / procTickNs) === Math.floor(b / procTickNs));
}
