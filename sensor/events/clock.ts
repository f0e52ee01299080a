/** Turns CLOCK_BOOTTIME into the time of day. */
export interface Clock {
  /** Both clocks at one moment, in ns. */
  set(boot: bigint, epoch: bigint): void;
  /** RFC 3339 in UTC, with nanoseconds. */
  text(boot: number): string;
}

const second = 1_000_000_000;

export function bootClock(): Clock {
  let offsetSeconds = 0;
  let offsetNs = 0;
  let shownSecond = Number.NaN;
  let shown = '';
  return {
    set(boot, epoch) {
      const offset = epoch - boot;
      offsetSeconds = Number(offset / BigInt(second));
      offsetNs = Number(offset % BigInt(second));
    },
    text(boot) {
      // Seconds and nanoseconds apart: together they would be beyond what a double holds exactly.
      const sum = (boot % second) + offsetNs;
      const seconds = Math.floor(boot / second) + offsetSeconds + (sum >= second ? 1 : 0);
      if (seconds !== shownSecond) {
        shownSecond = seconds;
        shown = new Date(seconds * 1000).toISOString().slice(0, 20);
      }
      return `${shown}${String(sum % second).padStart(9, '0')}Z`;
    },
  };
}
