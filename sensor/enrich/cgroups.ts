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
    const container = containerOf(names.filter((name) => name !== '').reverse());
    this.#containers.set(id, container);
    if (container) void this.#complete(id, container);
    // Cgroups come and go for as long as a node lives. The oldest is forgotten; the kernel's list is as long, and it
    // tells again of what it forgot.
    if (this.#containers.size > 16_384) {
      for (const oldest of this.#containers.keys()) {
        this.#containers.delete(oldest);
        break;
      }
    }
  }

  /** Events until then have the container without its details: nobody waits for a disk. */
  async #complete(id: number, container: Container): Promise<void> {
    const details = await this.#details(container);
    if (details && this.#containers.get(id) === container) this.#containers.set(id, { ...container, details });
  }

  /** Null on the host; undefined for a cgroup that was never told of. */
  find(id: number): Container | null | undefined {
    return this.#containers.get(id);
  }
}
