/**
 * How many readings of one question run at a time, and how many ids one reading takes. While one is read the other is being
 * answered; larger readings leave the server idle meanwhile, smaller ones cost more each.
 */
const mostReadings = 2;
const mostIds = 16;

type Read<T> = (ids: readonly string[]) => Promise<readonly T[]>;

interface Asked<T> {
  readonly ids: readonly string[];
  readonly answer: PromiseWithResolvers<readonly T[]>;
}

/** Those who ask one question: its readings under way, and who waits for the next. */
interface Group<T> {
  readonly read: Read<T>;
  running: number;
  waiting: Asked<T>[];
  /** Whether the next reading begins at the end of this turn of the event loop: requests come several in a turn. */
  due: boolean;
}

/**
 * Gathers those who ask the same of some ids, each in a call of his own, into few readings: while some are under way, those
 * who come wait, and the next reading is for all of them. It begins after they asked, and nothing outlives it: this is no
 * cache. Calls with one `key` must ask the same; they share a failure, too.
 */
export function gathered<T>(): (key: string, ids: readonly string[], read: Read<T>) => Promise<readonly T[]> {
  const groups = new Map<string, Group<T>>();

  function begin(key: string, group: Group<T>): void {
    while (group.running < mostReadings && group.waiting.length > 0) {
      const some = group.waiting.splice(0, fitting(group.waiting));
      group.running++;
      void answer(group.read, some, () => {
        group.running--;
        begin(key, group);
      });
    }
    if (group.running === 0 && !group.due) groups.delete(key);
  }

  return (key, ids, read) => {
    const answer = Promise.withResolvers<readonly T[]>();
    let group = groups.get(key);
    if (group === undefined) {
      group = { read, running: 0, waiting: [], due: false };
      groups.set(key, group);
    }
    group.waiting.push({ ids, answer });
    if (!group.due) beginSoon(key, group);
    return answer.promise;
  };

  function beginSoon(key: string, group: Group<T>): void {
    group.due = true;
    setImmediate(() => {
      group.due = false;
      begin(key, group);
    });
  }
}

/** How many of these go into one reading: at least one. */
function fitting(waiting: readonly { readonly ids: readonly string[] }[]): number {
  let ids = 0;
  const over = waiting.findIndex((asked) => {
    ids += asked.ids.length;
    return ids > mostIds;
  });
  return over < 0 ? waiting.length : Math.max(1, over);
}

/** Reads for all who asked. `over` is called before they are answered, so that the server reads on meanwhile. */
async function answer<T>(read: Read<T>, asked: readonly Asked<T>[], over: () => void): Promise<void> {
  try {
    const found = await read(asked.flatMap(({ ids }) => ids)).finally(over);
    let from = 0;
    for (const { ids, answer } of asked) {
      answer.resolve(found.slice(from, from + ids.length));
      from += ids.length;
    }
  } catch (error) {
    for (const { answer } of asked) answer.reject(error);
  }
}
