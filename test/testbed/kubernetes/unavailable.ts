/** A part of the testbed cannot be had on this machine; the message says why, and what to do. */
export class TestbedUnavailable extends Error {
  override readonly name = 'TestbedUnavailable';
}

/** For the `skip` option of a test: false where what it stands on can be had, else why not. */
export async function whyMissing(ensure: () => Promise<unknown>): Promise<string | false> {
  try {
    await ensure();
    return false;
  } catch (error) {
    if (error instanceof TestbedUnavailable) return error.message;
    throw error;
  }
}
