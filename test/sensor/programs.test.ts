import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { release } from 'node:os';
import { basename, dirname } from 'node:path';
import { describe, test } from 'node:test';
import { isFrom, readsOf } from '../../sensor/build.ts';
import { module } from '../../sensor/probes/module/module.ts';
import { sensorBuild, sensorMissing } from './harness.ts';
import { runObject } from './run-object.ts';

const missing = await sensorMissing();

/** Programs of calls that this kernel does not have. */
const missingHere: readonly string[] = [
  ...(existsSync('/proc/modules') ? [] : Object.keys(module.programs)),
  ...(isFrom(release(), 6, 6) ? [] : ['fchmodat2']),
];

describe('programs', { skip: missing }, async () => {
  // A kernel that casts takes the other object too, though it is not given it.
  const folder = missing === false ? dirname((await sensorBuild()).object) : '';
  const cannotCast = readsOf(release()) === 'probe' && 'this kernel has no casts';
  for (const object of globSync(`${folder}/*.bpf.o`).sort()) {
    const name = basename(object);
    test(`${name}: all are attached, and end with exact counts`, {
      skip: name === 'sensor.bpf.o' && cannotCast,
    }, async () => {
      const said = await runObject(object);
      const programs = Object.entries(said.get('hello')?.programs ?? {});
      assert.ok(programs.length > 40);
      // Calls that are older than an architecture are not there on it.
      for (const [program, state] of programs)
        if (process.arch === 'x64' || state !== 'absent')
          assert.equal(state, missingHere.includes(program) ? 'absent' : 'attached', program);
      for (const { made, sent, lost, filtered, limited } of Object.values(said.get('end')?.types ?? {}))
        assert.equal(made, sent + lost + filtered + limited);
    });
  }
});
