import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

const rfc3339Utc = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

function parse(value: unknown): string {
  if (typeof value === 'string' && rfc3339Utc.test(value) && !Number.isNaN(Date.parse(value))) return value;
  throw new GraphQLError(`${JSON.stringify(value)} is no RFC 3339 time in UTC, such as 2026-03-01T12:00:00Z.`);
}

/** Moments as text. Those the graph holds are passed on as they are. */
export const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  serialize: String,
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : undefined),
});
