import type { EventRecord } from '../events/record.ts';
import { type Container, containerOf } from './container.ts';
import type { FindDetails } from './container-details.ts';

const levels = 8;
const nameBytes = 128;

/** Which container each cgroup is, from the CGROUP events of one loader (docs/protocol/sensor.md, section 3). */
export class Cgroups {
  readonly #containers = new Map<number, Container | null>();
  readonly #details: FindDetails;

  constructor(details: FindDetails) {
    this.#details = details;
  }

  /** Takes in a CGROUP event. */
  add(id: number, record: EventRecord): void {
    const names = Array.from({ length: levels }, (_, level) => record.name(level * nameBytes, nameBytes));
    this.#containers.set(id, this.#completed(containerOf(names.filter((name) => name !== '').reverse())));
    // Cgroups come and go for as long as a node lives. The oldest is forgotten; the kernel's list is as long, and it
    // tells again of what it forgot.
    if (this.#containers.size > 16_384) {
      for (const oldest of this.#containers.keys()) {
        this.#containers.delete(oldest);
        break;
      }
    }
  }

  /**
   * At once, as the first program of a container is what rules ask its privileges and mounts of. What is read was written when
   * the container was made, to memory by containerd and CRI-O.
   */
  #completed(container: Container | null): Container | null {
    const details = container && this.#details(container);
    return details ? { ...container, details } : container;
  }

  /** Null on the host; undefined for a cgroup that was never told of. */
  find(id: number): Container | null | undefined {
    return this.#containers.get(id);
  }
}
