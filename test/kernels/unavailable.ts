/** Kernels cannot be tried here; the message says why, and what to do. */
export class KernelsUnavailable extends Error {
  override readonly name = 'KernelsUnavailable';
}
