import { readFileSync } from 'node:fs';

/** User and system time that a process of this Linux machine has used so far, in milliseconds. */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before may hold blanks
  return (Number(fields[11]) + Number(fields[12])) * 10; // in ticks of 10 ms (proc(5))
}
