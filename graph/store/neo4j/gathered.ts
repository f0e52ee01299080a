/** How many readings of one question run at a time, and how many ids one reading takes. */
const mostReadings = 2;
const mostIds = 32;

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
      void answer(group.read, some).then(() => {
        group.running--;
        begin(key, group);
        if (group.running === 0) groups.delete(key);
      });
    }
  }

  return (key, ids, read) => {
    const answer = Promise.withResolvers<readonly T[]>();
    let group = groups.get(key);
    if (group === undefined) {
      const own: Group<T> = { read, running: 0, waiting: [] };
      groups.set(key, own);
      // Requests that the event loop hands out in one turn ask in one turn.
      setImmediate(() => begin(key, own));
      group = own;
    }
    group.waiting.push({ ids, answer });
    return answer.promise;
  };
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

async function answer<T>(read: Read<T>, asked: readonly Asked<T>[]): Promise<void> {
  try {
    const found = await read(asked.flatMap(({ ids }) => ids));
    let from = 0;
    for (const { ids, answer } of asked) {
      answer.resolve(found.slice(from, from + ids.length));
      from += ids.length;
    }
  } catch (error) {
    for (const { answer } of asked) answer.reject(error);
  }
}
