import { GraphQLError, Kind, type ValueNode } from 'graphql';

const rfc3339Utc = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

function parse(value: unknown): string {
  if (typeof value === 'string' && rfc3339Utc.test(value) && !Number.isNaN(Date.parse(value))) return value;
  throw new GraphQLError(`${JSON.stringify(value)} is no RFC 3339 time in UTC, such as 2026-03-01T12:00:00Z.`);
}

/** Moments as text; those the graph holds are passed on as they are. The SDL describes the scalar. */
export const DateTime = {
  __serialize: String,
  __parseValue: parse,
  __parseLiteral: (node: ValueNode) => parse(node.kind === Kind.STRING ? node.value : undefined),
};
