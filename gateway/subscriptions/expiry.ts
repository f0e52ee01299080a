import type { Caller } from '../auth/caller.ts';

/** The longest that setTimeout waits. */
const longestMs = 2 ** 31 - 1;

/** Calls back when the credential of a caller runs out; returns how to forget it. */
export function untilExpiry({ expiresAt }: Caller, onExpiry: () => void): () => void {
  if (expiresAt === null) return () => undefined;
  const timer = setTimeout(onExpiry, Math.min(Math.max(0, expiresAt - Date.now()), longestMs));
  return () => clearTimeout(timer);
}
