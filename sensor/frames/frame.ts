/** docs/protocol/sensor.md, section 2. */
export const frameTypes = { hello: 1, events: 2, counters: 3, end: 4 } as const;

export type FrameType = keyof typeof frameTypes;

export const frameMagic = 0x4e4c5450;
export const frameVersion = 1;
export const frameHeaderBytes = 24;
export const payloadLimit = 262_144;

export interface Frame {
  readonly type: FrameType;
  readonly sequence: number;
  readonly payload: Buffer;
}

/** What a reader could not use; every number only grows. */
export interface FrameDamage {
  /** Bytes that belong to no frame. */
  skippedBytes: number;
  /** Frames that came damaged, of an unknown type, again, or late. */
  refused: number;
  /** Frames that the sequence says were sent and that did not come. */
  missing: number;
}
