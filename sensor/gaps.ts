import type { EventTypeName } from './events/types.ts';
import type { Filter } from './loader/orders.ts';
import { probes } from './probes/index.ts';
import type { SensorStatus } from './status.ts';

/** Something that the sensor does not see, for as long as it runs. */
export interface DeclaredGap {
  /**
   * `io_uring` and `32-bit`: ways past the system calls that are watched; `refused`: the kernel does not take a BPF program;
   * `design`: left out on purpose; `settings`: left out as whoever started the sensor wants it.
   */
  readonly cause: 'io_uring' | '32-bit' | 'refused' | 'design' | 'settings';
  /** What is not seen whole; null: any system call. */
  readonly probe: EventTypeName | null;
  /** A sentence. */
  readonly reason: string;
}

const everywhere: readonly DeclaredGap[] = [
  { cause: 'io_uring', probe: null, reason: 'What is done by io_uring is no system call; that one is made is seen.' },
  { cause: '32-bit', probe: null, reason: 'System calls of 32-bit programs on a 64-bit kernel are not seen.' },
];

/** Every gap, given what became of the programs (the status of a sensor that is attached) and what is left out of connects. */
export function declaredGaps(
  programs: SensorStatus['programs'],
  { connects }: Pick<Filter, 'connects'>,
): readonly DeclaredGap[] {
  return [
    ...everywhere,
    ...refusedPrograms(programs),
    ...Object.entries(connects).flatMap(([name, watched]): readonly DeclaredGap[] =>
      watched ? [] : [{ cause: 'settings', probe: 'connect', reason: `Connects to ${name} addresses are left out.` }],
    ),
    ...probes.flatMap(({ name, gaps }) =>
      gaps.map((reason): DeclaredGap => ({ cause: 'design', probe: name, reason })),
    ),
  ];
}

const expected: readonly (string | undefined)[] = ['attached', 'absent', 'off', undefined];

/** Of programs that the kernel has refused; one that is absent is of a call that this kernel does not have. */
export function refusedPrograms(programs: SensorStatus['programs']): readonly DeclaredGap[] {
  return probes.flatMap(({ name, programs: own }) =>
    Object.entries(own)
      .filter(([program]) => !expected.includes(programs[program]))
      .map(
        ([program, tracepoint]): DeclaredGap => ({
          cause: 'refused',
          probe: name,
          reason: `The kernel refused the program ${program} (${programs[program]}): nothing of ${tracepoint} is seen.`,
        }),
      ),
  );
}
