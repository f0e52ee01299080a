/** Lets so many in at a time, in the order in which they came. */
export interface Slots {
  /** Resolves to the function that gives the slot back. */
  take(): Promise<() => void>;
}

export function slots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  const giveBack = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    async take() {
      if (free > 0) free -= 1;
      else await new Promise<void>((enter) => waiting.push(enter));
      let held = true;
      return () => {
        if (held) giveBack();
        held = false;
      };
    },
  };
}
