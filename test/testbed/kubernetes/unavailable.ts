/** A part of the testbed cannot be had on this machine; the message says why, and what to do. */
export class TestbedUnavailable extends Error {
  override readonly name = 'TestbedUnavailable';
}
