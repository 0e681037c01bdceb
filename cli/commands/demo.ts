import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { Interrupted } from '../../client/errors.js';
import { whyUnwritable } from '../../client/file-trouble.js';
import { inWords } from '../../contract/words.js';
import { type AddCommand, examples } from '../command.js';
import type { Cli } from '../context.js';
import { BadSetting } from '../errors.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { aborting } from '../interrupt.js';
import { count, factor } from '../parse.js';
import { progressFor } from '../progress/progress-for.js';
import { reportDocument } from '../report/json.js';
import { textReport } from '../report/text.js';

interface DemoFlags {
  vms: number;
  speed: number;
  crash?: boolean;
}

export const addDemo: AddCommand = (program, run) => {
  const command = program
    .command('demo')
    .option('--vms <n>', 'VMs to move', count, 40)
    .option('--speed <x>', 'simulated seconds per second', factor, 60)
    .option('--crash', 'kill the worker midway, to show that nothing is lost')
    .description('everything on this machine: Temporal, two simulated sites, a worker, one run, its report')
    .addHelpText('after', examples('drover demo --crash', 'drover demo --vms 200 --speed 120'))
    .action((flags: DemoFlags) => run(command, (cli) => demo(cli, flags)));
};

async function demo(cli: Cli, { vms, speed, crash = false }: DemoFlags): Promise<ExitCode> {
  // Loaded here alone: no other command needs the simulator and the dev server.
  const { runDemo } = await import('../demo/index.js');
  const { verdictText } = await import('../demo/verdict.js');
  const { out, env } = cli;
  requireTemporaryFolder();
  const began = Date.now();
  const stopped = new Interrupted('The demo was stopped; all its processes are ended.', null);
  const { report, verdict, crashed } = await aborting(stopped, (signal) =>
    runDemo({ env, vms, speed, crash, say: (line) => out.note(line), progress: () => progressFor(out), signal }),
  );
  out.result(
    [textReport(report, out.colors), verdictText(verdict), `The demo took ${inWords(Date.now() - began)}.`].join(
      '\n\n',
    ),
    { report: reportDocument(report), verdict },
  );
  if (crash && !crashed) {
    out.alert('The run was over before the worker could be killed; try more VMs or a lower --speed.');
    return EXIT.notAll;
  }
  return verdict.ok && report.totals.succeeded === report.totals.vms ? EXIT.ok : EXIT.notAll;
}

/** Everything of the demo lies there. @throws BadSetting */
function requireTemporaryFolder(): void {
  const folder = tmpdir();
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const next = 'set TMPDIR to a folder that exists and may be written';
    throw new BadSetting('TMPDIR', folder, `the folder for temporary files ${whyUnwritable(error)}`, next);
  }
}
