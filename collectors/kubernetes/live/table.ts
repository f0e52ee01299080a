/** What to accept for a Table, see https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables. */
export const tableType = 'application/json;as=Table;g=meta.k8s.io;v=v1';

/**
 * Reads Tables as objects: the metadata of each row, and what is printed of it, each column as a field in lower case.
 * The columns are named in the first Table of a stream only, so that a reader goes with one list or one watch.
 */
export function tableReader(): (table: unknown) => readonly unknown[] {
  let columns: readonly string[] = [];
  return (table) => {
    const { columnDefinitions, rows } = record(table);
    if (Array.isArray(columnDefinitions)) {
      columns = columnDefinitions.map((column) => String(record(column).name).toLowerCase());
    }
    return list(rows).map((row) => {
      const { cells, object } = record(row);
      const printed = list(cells).map((cell, index) => [columns[index] ?? '', cell] as const);
      return { ...Object.fromEntries(printed), metadata: record(object).metadata };
    });
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
