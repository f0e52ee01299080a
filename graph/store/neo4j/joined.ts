/**
 * Joins those who ask for the same while it is being read: they all get the next reading, which begins after they asked, so
 * that nobody's answer is older than his question.
 */
export function joined<T>(read: (key: string) => Promise<T>): (key: string) => Promise<T> {
  interface Reading {
    readonly current: Promise<T>;
    next: Promise<T> | null;
  }
  const readings = new Map<string, Reading>();

  function begin(key: string): Promise<T> {
    const reading: Reading = { current: read(key), next: null };
    readings.set(key, reading);
    const end = (): void => {
      if (reading.next === null) readings.delete(key);
    };
    reading.current.then(end, end);
    return reading.current;
  }

  return (key) => {
    const reading = readings.get(key);
    if (reading === undefined) return begin(key);
    const again = (): Promise<T> => begin(key);
    reading.next ??= reading.current.then(again, again);
    return reading.next;
  };
}
