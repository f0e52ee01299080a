import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { installWithApt } from './apt.ts';
import { TestbedUnavailable, whyMissing } from './kubernetes/unavailable.ts';

/** Starts the Chromium of this machine, without a window. Rejects with TestbedUnavailable where it cannot be had. */
export async function startBrowser(): Promise<Browser> {
  // Chromium has no sandbox for root; what it opens here is our own.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: await ensureBrowser(), args });
}

/** For the `skip` option of a test: false where a browser can be had, else why not. */
export async function browserMissing(): Promise<string | false> {
  return whyMissing(ensureBrowser);
}

/** The Chromium that is there; on Debian as root, apt brings it where none is. */
async function ensureBrowser(): Promise<string> {
  const advice = 'install Chromium, and try again';
  const found = await installed();
  if (found !== undefined) return found;
  await installWithApt({ packages: ['chromium'], what: 'the explorer takes a browser', advice }, console.error);
  const brought = await installed();
  if (brought === undefined) throw new TestbedUnavailable(`apt's chromium does not run here; ${advice}`);
  return brought;
}

async function installed(): Promise<string | undefined> {
  for (const path of ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']) {
    const runs = await promisify(execFile)(path, ['--version'], { timeout: 20_000 }).then(
      () => true,
      () => false,
    );
    if (runs) return path;
  }
  return undefined;
}
