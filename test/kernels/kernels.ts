import type { DebianPackage } from './packages.ts';

/** A kernel that the sensor is tried on. */
export interface Kernel {
  /** As one names it on the command line: the release that it is of. */
  readonly name: string;
  readonly packages: readonly DebianPackage[];
}

/** The shell, and what else the first process of a guest takes. */
export const busybox: DebianPackage = {
  suite: 'bookworm',
  name: 'busybox-static',
  sha256: '3d3fdbe91d4660c873e14b092c213fe81c1da6362daa236eb25d0171eb108744',
};

/** The oldest first. Debian keeps what is in `main` of a suite as long as the suite, save trixie's until its next point release. */
export const kernels: readonly Kernel[] = [
  {
    name: '5.10',
    packages: [
      {
        suite: 'bullseye',
        name: 'linux-image-5.10.0-32-amd64',
        sha256: '86a6792f3a03ab15a643f385830cdaa921f15e3e9c8bf63aa55a9243c62fc797',
      },
    ],
  },
  {
    name: '6.1',
    packages: [
      {
        suite: 'bookworm',
        name: 'linux-image-6.1.0-50-amd64',
        sha256: '7b5597492a0a65aee61985a492e6bcc3f2cde830072a0e3b3d8c7e1b90279bd3',
      },
    ],
  },
  {
    name: '6.12',
    packages: [
      {
        suite: 'trixie',
        name: 'linux-image-6.12.107+deb13-amd64',
        sha256: '7794643cf4560de2a7e3b069e8ca8511ad2a568d652ea285f0fe051f79bc9e99',
      },
    ],
  },
  {
    name: '7.3',
    packages: [
      {
        suite: 'trixie-backports',
        name: 'linux-binary-7.3.4+deb13-amd64',
        sha256: '7e3248d03a84dcdda88c567aa8c4038f2e7795d2dd167b112c56f8901b6f513f',
      },
      {
        suite: 'trixie-backports',
        name: 'linux-modules-7.3.4+deb13-amd64',
        sha256: 'b3ea01922c9f133767a83cf6891c19b3693858ded617bf22d1e34f95382c08ea',
      },
    ],
  },
];
