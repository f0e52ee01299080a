import { hostname } from 'node:os';

/** Who we are to others that wait for a lease. */
export const holder = `${hostname()}, process ${process.pid}`;
