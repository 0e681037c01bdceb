import { type AddCommand, examples } from '../command.js';
import { PortTaken } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { count, factor, portWithNext, whole } from '../parse.js';

interface SimulatorFlags {
  port?: number;
  seed: number;
  speed: number;
  vms: number;
  keep?: string;
}

/** What its Cloud Directors give access tokens for. */
const API_TOKENS = {
  'sim-api-token': { user: 'ops@acme' },
  'sim-provider-api-token': { user: 'administrator@system' },
};

export const addSimulator: AddCommand = (program, run) => {
  const command = program
    .command('simulator')
    .option('--port <n>', 'port of site paris, that of lyon being the next one (default: free ports)', portWithNext)
    .option('--seed <s>', 'everything random follows from it', whole, 1)
    .option('--speed <x>', 'simulated seconds per second', factor, 1)
    .option('--vms <n>', 'VMs at site paris', count, 40)
    .option('--keep <file>', 'keep the world there, and begin with the one that is there already')
    .description(
      'run the VCDA simulator alone, until it is told to stop; prints the addresses of its sites and of their Cloud Directors',
    )
    .addHelpText('after', examples('drover simulator --port 8441 --speed 60'))
    .action(({ port, ...options }: SimulatorFlags) =>
      run(command, async () => {
        const { simulate } = await import('../../simulator/main.js');
        const ports =
          port === undefined
            ? {}
            : {
                sites: [
                  { name: 'paris', port },
                  { name: 'lyon', port: port + 1 },
                ],
              };
        try {
          await simulate({ ...options, ...ports, apiTokens: API_TOKENS });
        } catch (error) {
          throw taken(error) ? new PortTaken(port ?? 0) : error;
        }
        return EXIT.ok;
      }),
    );
};

function taken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
