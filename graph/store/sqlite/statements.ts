import type { Database, Statement } from 'better-sqlite3';
import type { Parameters } from './parameters.ts';

/** Runs a query and gives its rows as lists of columns. Statements of the same text are prepared once. */
export type Select = <Row>(sql: string, parameters: Parameters) => Row[];

const kept = 256;

export function selector(db: Database): Select {
  const prepared = new Map<string, Statement<[unknown]>>();
  return <Row>(sql: string, { values }: Parameters): Row[] => {
    const known = prepared.get(sql);
    const statement = known ?? db.prepare<[unknown]>(sql).raw();
    prepared.delete(sql); // the most recently used come last
    prepared.set(sql, statement);
    if (prepared.size > kept) prepared.delete(prepared.keys().next().value as string);
    return statement.all(values) as Row[];
  };
}
