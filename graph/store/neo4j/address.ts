import { StoreError } from '../errors.ts';

/** Where a Neo4j is and who enters, apart: what is shown never holds a password. */
export interface Neo4jAddress {
  /** Without user and password. */
  readonly uri: string;
  readonly user: string | null;
  readonly password: string | null;
  /** The database to use; null for the user's own. */
  readonly database: string | null;
}

/** What neo4j-driver understands: +s is TLS with a certificate to be verified, +ssc takes any. */
const schemes = ['bolt:', 'bolt+s:', 'bolt+ssc:', 'neo4j:', 'neo4j+s:', 'neo4j+ssc:'];

export function isNeo4jAddress(text: string): boolean {
  return schemes.some((scheme) => text.startsWith(`${scheme}//`));
}

/** Takes SCHEME://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE] apart; UPSTREAM_UNAVAILABLE for anything else, not saying what stood there. */
export function parseNeo4jAddress(text: string): Neo4jAddress {
  const url = URL.parse(text);
  const [, database = '', ...more] = url?.pathname.split('/') ?? [];
  if (url === null || !schemes.includes(url.protocol) || url.hostname === '' || more.length > 0 || url.hash !== '') {
    throw new StoreError(
      'UPSTREAM_UNAVAILABLE',
      'The address of the store is not bolt://HOST:PORT or neo4j://HOST:PORT, with +s for TLS and /DATABASE if need be.',
    );
  }
  return {
    uri: `${url.protocol}//${url.host}${url.search}`,
    user: textOf(url.username),
    password: textOf(url.password),
    database: textOf(database),
  };
}

function textOf(part: string): string | null {
  return part === '' ? null : decodeURIComponent(part);
}
