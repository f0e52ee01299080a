import type { GatewayOptions } from '../../settings.ts';
import { type Gateway, startGateway } from '../../start.ts';
import { CommandError, exitStatus } from '../errors.ts';

/** Starts the gateway; what keeps it from starting is told to the person at the command line. */
export async function serve(options: GatewayOptions): Promise<Gateway> {
  try {
    return await startGateway(options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new CommandError(
        `port ${options.port} is taken: choose another with --port, or 0 for any`,
        exitStatus.outside,
      );
    }
    throw new CommandError(message, code === undefined ? exitStatus.usage : exitStatus.outside);
  }
}
