import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { probes } from '../probes/index.ts';
import { eventTypes } from './types.ts';

const kernel = join(import.meta.dirname, '../kernel');

test('event types have the numbers of the kernel side', () => {
  const header = readFileSync(join(kernel, 'event.h'), 'utf8');
  const found = [...header.matchAll(/^\tEVENT_(\w+) = (\d+),$/gm)].map(([, name = '', number]) => [
    name.toLowerCase(),
    Number(number),
  ]);
  assert.deepEqual(Object.fromEntries(found), { ...eventTypes, types: 64 });
});

test('every probe is in the object, and every program it names is its own', () => {
  const object = readFileSync(join(kernel, 'sensor.bpf.c'), 'utf8');
  const included = [...object.matchAll(/probes\/(\w+)\/\w+\.bpf\.c/g)].map(([, name]) => name);
  assert.deepEqual(
    included,
    probes.map(({ name }) => name),
  );
  for (const { name, programs } of probes) {
    const source = readFileSync(join(kernel, `../probes/${name}/${name}.bpf.c`), 'utf8');
    const written = [...source.matchAll(/^SEC\("([^"]+)"\)\nint (?:BPF_PROG\()?(\w+)/gm)].map(([, section, name]) => [
      name,
      section,
    ]);
    const calls = [...source.matchAll(/^CALL\(\w+, \d+, (\w+),/gm)].map(([, name]) => [
      name,
      `tracepoint/syscalls/sys_exit_${name}`,
    ]);
    assert.deepEqual(Object.fromEntries([...calls, ...written]), { ...programs }, name);
  }
});
