import { int } from 'neo4j-driver';
import type { HeldLease, LearntPage, Records } from '../../records/port.ts';
import { learntWrites, validateLearnt, validateText } from '../validate.ts';
import type { Database } from './database.ts';
import { serverNow } from './log.ts';

/** The records as nodes beside the graph. A lease stands on its partition, under whose lock commits are made. */
export function records(database: Database): Records {
  return {
    // A token is never given twice, so that whoever held an earlier one is told apart.
    async acquireLease(partition, holder, ttlMs) {
      const [found] = await database.writing((run) =>
        run<{ readonly token: number; readonly expiresAt: number }>(
          `MERGE (p:PortolanPartition {tenant: $tenant, cluster: $cluster})
           ON CREATE SET p.version = 0, p.floor = 0, p.logBytes = 0, p.token = 0, p.expiresAt = 0
           SET p.cluster = $cluster
           WITH p, ${serverNow} AS now WHERE p.holder = $holder OR p.expiresAt <= now
           SET p.holder = $holder, p.token = p.token + 1, p.expiresAt = now + $ttl
           RETURN p.token AS token, p.expiresAt AS expiresAt`,
          { ...partition, holder, ttl: int(ttlMs) },
        ),
      );
      return found === undefined ? null : { partition, holder, ...found };
    },

    async renewLease({ partition, holder, token }, ttlMs) {
      const [found] = await database.writing((run) =>
        run<{ readonly expiresAt: number }>(
          `MATCH (p:PortolanPartition {tenant: $tenant, cluster: $cluster})
           SET p.cluster = $cluster
           WITH p, ${serverNow} AS now WHERE p.holder = $holder AND p.token = $token AND p.expiresAt > now
           SET p.expiresAt = now + $ttl
           RETURN p.expiresAt AS expiresAt`,
          { ...partition, holder, token: int(token), ttl: int(ttlMs) },
        ),
      );
      return found === undefined ? null : { partition, holder, token, ...found };
    },

    async releaseLease({ partition, holder, token }) {
      await database.writing((run) =>
        run(
          `MATCH (p:PortolanPartition {tenant: $tenant, cluster: $cluster})
           SET p.cluster = $cluster
           WITH p, ${serverNow} AS now WHERE p.holder = $holder AND p.token = $token AND p.expiresAt > now
           SET p.expiresAt = now`,
          { ...partition, holder, token: int(token) },
        ),
      );
    },

    async lease(partition) {
      const [found] = await database.read<Omit<HeldLease, 'partition'>>(
        `MATCH (p:PortolanPartition {tenant: $tenant, cluster: $cluster}) WHERE p.holder IS NOT NULL
         RETURN p.holder AS holder, p.token AS token, p.expiresAt AS expiresAt`,
        { ...partition },
      );
      return found === undefined ? null : { partition, ...found };
    },

    async namedSet(tenant, name) {
      const [found] = await database.read<{ readonly ids: readonly string[] }>(
        'MATCH (s:PortolanSet {tenant: $tenant, name: $name}) RETURN s.ids AS ids',
        { tenant, name },
      );
      return found?.ids ?? [];
    },

    async putNamedSet(tenant, name, ids) {
      for (const text of [tenant, name, ...ids]) validateText(text, `named set ${JSON.stringify(name)}`);
      await database.writing((run) =>
        run('MERGE (s:PortolanSet {tenant: $tenant, name: $name}) SET s.ids = $ids', { tenant, name, ids }),
      );
    },

    async value(tenant, name) {
      const [found] = await database.read<{ readonly value: string }>(
        'MATCH (f:PortolanFact {tenant: $tenant, name: $name}) RETURN f.value AS value',
        { tenant, name },
      );
      return found?.value ?? null;
    },

    async putValue(tenant, name, value) {
      for (const text of [tenant, name, value]) validateText(text, `value ${JSON.stringify(name)}`);
      await database.writing((run) =>
        run('MERGE (f:PortolanFact {tenant: $tenant, name: $name}) SET f.value = $value', { tenant, name, value }),
      );
    },

    async learnt(tenant, cluster, { position, key }, first) {
      const writes = await this.value(tenant, learntWrites(cluster));
      const entries = await database.read<LearntPage['entries'][number]>(
        `MATCH (l:PortolanLearnt {tenant: $tenant, cluster: $cluster})
         WHERE l.position >= $position AND (l.position > $position OR l.key > $key)
         RETURN l.position AS position, l.key AS key, l.value AS value ORDER BY position, key LIMIT $first`,
        { tenant, cluster, position: int(position), key, first: int(first) },
      );
      return { position: Number(writes ?? 0), entries };
    },

    async putLearnt(tenant, cluster, seen, entries) {
      validateLearnt(tenant, cluster, entries);
      // Of a key that comes twice the last holds.
      const last = [...new Map(entries.map((entry) => [entry.key, entry])).values()];
      const [kept, dropped] = [last.filter(({ value }) => value !== null), last.filter(({ value }) => value === null)];
      return database.writing(async (run) => {
        const place = { tenant, cluster };
        // The first SET takes the lock, under which the number is compared.
        const next = await run(
          `MERGE (f:PortolanFact {tenant: $tenant, name: $name}) ON CREATE SET f.value = '0' SET f.name = $name
           WITH f WHERE f.value = $seen SET f.value = $next RETURN f.value AS value`,
          { tenant, name: learntWrites(cluster), seen: String(seen), next: String(seen + 1) },
        );
        if (next.length === 0) return false;
        await run(
          `UNWIND $kept AS entry MERGE (l:PortolanLearnt {tenant: $tenant, cluster: $cluster, key: entry.key})
           SET l.value = entry.value, l.position = $position`,
          { ...place, kept, position: int(seen + 1) },
        );
        await run(
          `UNWIND $dropped AS key MATCH (l:PortolanLearnt {tenant: $tenant, cluster: $cluster, key: key}) DELETE l`,
          { ...place, dropped: dropped.map(({ key }) => key) },
        );
        return true;
      });
    },
  };
}
