import type { Refused } from './decode.ts';
import type { FrameDamage } from './frames/frame.ts';

/** Of one event type, since the loader started: made = sent + lost + filtered + limited. */
export interface KernelCounter {
  readonly made: number;
  readonly sent: number;
  /** The ring was full. */
  readonly lost: number;
  /** Nobody asked for it. */
  readonly filtered: number;
  /** Beyond the rate of its process. */
  readonly limited: number;
}

/** How the sensor fares: what was lost, and where. */
export interface SensorStatus {
  /** BPF programs to `attached`, `absent`, `off` or why not. */
  programs: Readonly<Record<string, string>>;
  /** By event type, of the loader that runs. */
  kernel: Readonly<Record<number, KernelCounter>>;
  readonly frames: FrameDamage;
  readonly refused: Refused;
  /** Loaders that ended though nobody asked them to. */
  crashes: number;
}

export function sensorStatus(): SensorStatus {
  return {
    programs: {},
    kernel: {},
    frames: { skippedBytes: 0, refused: 0, missing: 0 },
    refused: { size: 0, type: 0, body: 0 },
    crashes: 0,
  };
}

/** Something that may have happened unseen. */
export interface Gap {
  /** CLOCK_BOOTTIME, ns: when we learnt of it. */
  readonly time: number;
  readonly where: 'kernel' | 'rate' | 'frames' | 'loader' | 'program';
  /** Events (of `frames`: frames); null where nobody knows. */
  readonly count: number | null;
  /** A sentence. */
  readonly reason: string;
}
