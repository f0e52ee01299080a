import type { GatewayOptions } from '../../settings.ts';
import { CommandError } from '../errors.ts';
import type { Settings } from '../settings.ts';

/** How callers prove who they are, by the settings; undefined for not at all. */
export function authOf({ jwksUrl, jwtIssuer, jwtAudience, tokens }: Settings): GatewayOptions['auth'] {
  const given = [jwksUrl, jwtIssuer, jwtAudience].filter((value) => value !== null);
  if (given.length > 0 && given.length < 3)
    throw new CommandError('JWT needs all of --jwks-url, --jwt-issuer and --jwt-audience');
  const jwt =
    jwksUrl && jwtIssuer && jwtAudience ? { jwksUri: jwksUrl, issuer: jwtIssuer, audience: jwtAudience } : undefined;
  if (jwt === undefined && tokens === null) return undefined;
  return { ...(jwt ? { jwt } : {}), ...(tokens === null ? {} : { tokenFile: tokens }) };
}
