import { parentPort, workerData } from 'node:worker_threads';
import { StoreError } from '../errors.ts';
import { openDatabase, storeError } from './database.ts';
import { readerMethods, writerMethods } from './methods.ts';
import type { Answer, Call, WorkerData } from './thread.ts';

/** The entry of both threads: opens the file, says so, then answers one call after the other until told to close. */

const { path, role, log, loggedAlerts } = workerData as WorkerData;
const port = parentPort;
if (port === null) throw new Error('worker.ts runs in a worker thread');
const answer = (message: Answer): void => port.postMessage(message);
const fail = (number: number, thrown: unknown): void => {
  const error = storeError(path, thrown);
  answer({ number, error, code: error instanceof StoreError ? error.code : null });
};

try {
  const db = openDatabase(path);
  const methods = (role === 'writer' ? writerMethods(db, log, loggedAlerts) : readerMethods(db)) as unknown as Readonly<
    Record<string, (...args: readonly unknown[]) => unknown>
  >;
  port.on('message', ({ number, method, args }: Call) => {
    if (method === 'close') {
      db.close();
      port.close();
      return;
    }
    try {
      answer({ number, value: methods[method]?.(...args) });
    } catch (error) {
      fail(number, error);
    }
  });
  answer({ number: 0, value: null });
} catch (error) {
  fail(0, error);
  port.close();
}
