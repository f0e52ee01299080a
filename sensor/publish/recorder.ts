import type { Engine } from '../../detections/engine/engine.ts';
import type { NodeEvent } from '../../detections/engine/fields/syscall.ts';
import type { SensorEvent } from '../events/event.ts';
import { askedFields, eventFields } from '../events/fields.ts';
import { lineWriter } from '../events/line.ts';
import type { Naming } from '../events/process-fields.ts';
import type { DeclaredGap } from '../gaps.ts';
import type { Sensed } from '../sense.ts';
import type { Gap } from '../status.ts';
import { budget } from './budget.ts';
import { firstSeen } from './first-seen.ts';
import { type ByClass, byClass, type RecordClass, recordClasses } from './record.ts';
import type { SpoolWriter } from './spool/spool-writer.ts';

export interface RecorderOptions {
  readonly engine: Engine<NodeEvent>;
  readonly naming: Naming;
  readonly spool: SpoolWriter;
  /** Records a second. */
  readonly budget: number;
  /** What is not seen, as it stands now; null while that is not known. */
  readonly declared: () => readonly DeclaredGap[] | null;
}

/** What became of what was worth recording: made = spooled + over budget, by class. */
export interface RecorderStatus {
  readonly made: ByClass;
  readonly overBudget: ByClass;
  /** Events of which nothing was worth recording. */
  passed: number;
}

/** A record is a line, so its end is the only newline in it. */
const longestRecord = 256 * 1024;
const pageBytes = 128 * 1024;
const pageRecords = 1_000;
const overBudgetEveryMs = 10_000;
/** So often a sensor says what it does not see, though nothing has changed: who is silent for longer is not there. */
const declareEveryMs = 60_000;
const starts: ReadonlySet<string> = new Set(['execve', 'execveat']);
/** A rule with this tag asks for events, and raises no alert. */
export const keepTag = 'keep';

interface Buffered {
  lines: string[];
  length: number;
}

/** Picks what is to be delivered out of what the sensor saw, and writes it to the spool; flush() is for its caller to call. */
export class Recorder {
  readonly status: RecorderStatus = { made: byClass(0), overBudget: byClass(0), passed: 0 };
  readonly #options: RecorderOptions;
  readonly #line: (event: SensorEvent) => string;
  readonly #allowed: (recordClass: RecordClass) => boolean;
  readonly #isNew = firstSeen(performance.now.bind(performance));
  readonly #keep: ReadonlySet<string>;
  readonly #buffers: Readonly<Record<RecordClass, Buffered>>;
  readonly #told = byClass(0);
  #toldAt = performance.now();
  #declared = '';
  #declaredAt = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#line = lineWriter(options.naming);
    this.#allowed = budget(options.budget, performance.now.bind(performance));
    this.#keep = new Set(options.engine.rules.filter(({ tags }) => tags.includes(keepTag)).map(({ name }) => name));
    this.#buffers = Object.fromEntries(
      recordClasses.map((name) => [name, { lines: [], length: 0 }]),
    ) as unknown as Record<RecordClass, Buffered>;
    if (options.spool.unclean)
      this.#gap({ where: 'collector', count: null, reason: 'the collecting process ended without closing the spool' });
  }

  take(sensed: Sensed): void {
    if ('gap' in sensed) this.#gap(sensed.gap);
    else for (const event of sensed.events) this.#event(event);
  }

  /** Writes what is buffered. */
  flush(): void {
    if (performance.now() - this.#toldAt > overBudgetEveryMs) this.#tellOverBudget();
    this.#declare();
    for (const name of recordClasses) this.#write(name);
  }

  close(): void {
    this.#tellOverBudget();
    this.flush();
  }

  #event(event: SensorEvent): void {
    const { engine, naming } = this.#options;
    const fields = askedFields(event, naming);
    const alerts = engine.alerts(fields);
    const raised = alerts.filter(({ rule }) => !this.#keep.has(rule));
    for (const alert of raised)
      this.#record('alert', () => `${JSON.stringify({ ...alert, event: eventFields(event, naming) })}\n`);
    const recordClass = starts.has(event.type)
      ? 'process'
      : this.#isNew(fields)
        ? 'connection'
        : raised.length < alerts.length
          ? 'event'
          : undefined;
    if (recordClass) this.#record(recordClass, () => this.#line(event));
    else if (raised.length === 0) this.status.passed++;
  }

  #declare(): void {
    const gaps = this.#options.declared();
    if (gaps === null) return;
    const text = JSON.stringify(gaps);
    const now = performance.now();
    if (text === this.#declared && now - this.#declaredAt < declareEveryMs) return;
    this.#declared = text;
    this.#declaredAt = now;
    const time = new Date().toISOString();
    this.#record('gap', () => `{"where":"declared","time":"${time}","gaps":${text}}\n`);
  }

  #gap(gap: Omit<Gap, 'time' | 'where'> & { where: string; time?: number; class?: RecordClass }): void {
    const { time } = gap;
    const told = time === undefined ? new Date().toISOString() : this.#options.naming.time(time);
    this.#record('gap', () => `${JSON.stringify({ ...gap, time: told })}\n`);
  }

  #record(recordClass: RecordClass, text: () => string): void {
    this.status.made[recordClass]++;
    if (!this.#allowed(recordClass)) {
      this.status.overBudget[recordClass]++;
      return;
    }
    const line = text();
    if (line.length > longestRecord) {
      this.#write(recordClass); // what is before it keeps its number
      this.#options.spool.drop(recordClass, 1);
      return;
    }
    const buffer = this.#buffers[recordClass];
    buffer.lines.push(line);
    buffer.length += line.length;
    if (buffer.length >= pageBytes || buffer.lines.length >= pageRecords) this.#write(recordClass);
  }

  #write(recordClass: RecordClass): void {
    const buffer = this.#buffers[recordClass];
    if (buffer.lines.length === 0) return;
    this.#options.spool.append(recordClass, Buffer.from(buffer.lines.join('')), buffer.lines.length);
    buffer.lines = [];
    buffer.length = 0;
  }

  #tellOverBudget(): void {
    this.#toldAt = performance.now();
    for (const name of recordClasses) {
      const count = this.status.overBudget[name] - this.#told[name];
      if (count === 0) continue;
      this.#told[name] += count;
      this.#gap({ where: 'budget', class: name, count, reason: 'more was worth telling than the budget allows' });
    }
  }
}
