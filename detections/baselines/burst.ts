/** A count by windows of time, and what is usual: mean and variance, exponentially weighted (Roberts 1959). */
export interface Rate {
  /** The number of the window that is counted. */
  readonly window: number;
  /** What was counted in it: distinct values, as hashes, or as many zeros as there were events. */
  readonly values: readonly number[];
  readonly mean: number;
  readonly variance: number;
}

const weight = 0.2;
/** Deviations above the mean from which on a count is a burst. */
const deviations = 3;
/** Values that are told apart in a window: more are a burst in any case. */
export const mostValues = 64;

export const quiet: Rate = { window: 0, values: [], mean: 0, variance: 0 };

/** Moves on to a window: those that have passed count, empty ones as nothing. */
export function upTo(rate: Rate, window: number): Rate {
  if (window <= rate.window) return rate;
  const passed = window - rate.window;
  const delta = rate.values.length - rate.mean;
  const mean = rate.mean + weight * delta;
  const variance = (1 - weight) * (rate.variance + weight * delta * delta);
  // After n empty windows, in closed form: the mean decays by (1-w)^n, and the variance gains what that difference adds.
  const left = (1 - weight) ** (passed - 1);
  return {
    window,
    values: [],
    mean: mean * left,
    variance: variance * left + mean * mean * left * (1 - left),
  };
}

export function counted(rate: Rate, value: number): Rate {
  if (rate.values.length >= mostValues || rate.values.includes(value)) return rate;
  return { ...rate, values: [...rate.values, value] };
}

/** The count from which on a window is a burst: never less than `least`, and never within the noise of counting. */
export function limitOf({ mean, variance }: Rate, least: number): number {
  return Math.max(least, Math.ceil(mean + deviations * Math.sqrt(Math.max(variance, mean))));
}
