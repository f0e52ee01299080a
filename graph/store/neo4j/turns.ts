/** Runs work of one name in the order in which it was handed over, each when the one before has ended, well or not. */
export function turns(): <T>(name: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (name, work) => {
    const ended = (last.get(name) ?? Promise.resolve()).then(work, work);
    const forget = (): void => {
      if (last.get(name) === ended) last.delete(name);
    };
    last.set(name, ended);
    ended.then(forget, forget);
    return ended;
  };
}
