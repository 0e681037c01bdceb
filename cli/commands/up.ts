import { existsSync } from 'node:fs';
import { Interrupted } from '../../client/errors.js';
import type { AddCommand } from '../command.js';
import { examples } from '../command.js';
import { type Cli, configPath, noConfig, readConfig } from '../context.js';
import { BadSetting } from '../errors.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { aborting } from '../interrupt.js';
import { count, factor } from '../parse.js';
import { upText } from '../text/up-text.js';

interface UpFlags {
  simulator?: boolean;
  vms?: number;
  speed?: number;
}

export const addUp: AddCommand = (program, run) => {
  const command = program
    .command('up')
    .option('--simulator', 'a playground: two simulated sites, a config for them and a first plan')
    .option('--vms <n>', 'VMs of a new playground (default: 40)', count)
    .option('--speed <x>', 'simulated seconds per second (default: 60, or as before)', factor)
    .description('all that runs need on this machine, until Ctrl-C: Temporal, store, worker; what ran before goes on')
    .addHelpText('after', examples('drover up', 'drover up --simulator'))
    .action((flags: UpFlags) => run(command, (cli) => up(cli, flags)));
};

async function up(cli: Cli, { simulator = false, vms, speed }: UpFlags): Promise<ExitCode> {
  if (!simulator && (vms !== undefined || speed !== undefined))
    throw new BadSetting(
      vms === undefined ? '--speed' : '--vms',
      String(vms ?? speed),
      'is for a playground',
      'add --simulator',
    );
  // Loaded here alone: no other command needs the dev server.
  const { withUp } = await import('../up/index.js');
  const { stateFolder } = await import('../up/state.js');
  const { PartFailed } = await import('../up/kept-part.js');
  const { env, out } = cli;
  const found = configPath(cli);
  const config = found ?? 'drover.yaml';
  const options = {
    env,
    config,
    state: stateFolder(config, env),
    simulator: { wanted: simulator, vms, speed },
    read: () => {
      if (!existsSync(config) && found === null) throw noConfig('write one, or let `drover up --simulator` make one');
      return readConfig(config, env, 'worker');
    },
    say: (line: string) => out.note(line),
  };
  if (env.TEMPORAL_ADDRESS)
    out.alert(
      `TEMPORAL_ADDRESS=${env.TEMPORAL_ADDRESS} is not used by drover up, which brings its own Temporal; ` +
        'other commands use it while it is set, so unset it to reach this one.',
    );
  const stopped = new Interrupted('', null);
  try {
    await aborting(stopped, (signal) =>
      withUp({ ...options, signal }, (shown) => out.result(shown, (told) => upText(told, out.colors))),
    );
  } catch (error) {
    if (error === stopped) {
      out.note('Down: all its processes are ended. What ran goes on with the next drover up.');
      return EXIT.ok;
    }
    if (!(error instanceof PartFailed)) throw error;
    out.alert(...error.message.split('\n'));
    return (error.ending.code ?? EXIT.notAll) as ExitCode;
  }
  return EXIT.ok;
}
