import { type AddCommand, examples } from '../command.js';
import { configPath, readConfig, temporalEnv } from '../context.js';
import { address } from '../parse.js';
import { version } from '../version.js';

export const addWorker: AddCommand = (program, run) => {
  const command = program
    .command('worker')
    .option('--health <host:port>', 'answer GET /healthz there: 200 while the worker works', address)
    .description('run one worker process until it is told to stop')
    .addHelpText('after', examples('drover worker', 'drover worker --config drover.yaml --health 0.0.0.0:8080'))
    .action(({ health }: { health?: string }) =>
      run(command, async (cli) => {
        // Loaded here alone: it brings the SDK's native core, which no other command needs.
        const { runWorker } = await import('../../worker/main.js');
        const file = configPath(cli) ?? 'drover.yaml';
        readConfig(file, cli.env, 'worker');
        const temporal = await temporalEnv(cli);
        const env = health === undefined ? temporal : { ...temporal, DROVER_HEALTH: health };
        return runWorker({ configPath: file, env, drover: version() });
      }),
    );
};
