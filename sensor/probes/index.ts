import { connect } from './connect/connect.ts';
import { exec } from './exec/exec.ts';
import { exit } from './exit/exit.ts';
import { fork } from './fork/fork.ts';
import { open } from './open/open.ts';
import type { Probe } from './probe.ts';

/** Every probe; kernel/sensor.bpf.c lists the same. */
export const probes: readonly Probe[] = [exec, exit, fork, open, connect];
