import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { Option } from 'commander';
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
import { documentOf } from '../report/document.js';
import { textReport } from '../report/text.js';
import { version } from '../version.js';

interface DemoFlags {
  vms?: number;
  speed: number;
  crash?: boolean;
  drill?: boolean;
}

export const addDemo: AddCommand = (program, run) => {
  const command = program
    .command('demo')
    .option('--vms <n>', 'VMs to move (default: 40), or to rehearse (default: 8)', count)
    .option('--speed <x>', 'simulated seconds per second', factor, 60)
    .addOption(new Option('--crash', 'kill the worker midway, to show that nothing is lost').conflicts('drill'))
    .option('--drill', 'protect VMs and rehearse their recovery, in place of a migration')
    .description('everything on this machine: Temporal, two simulated sites, a worker, one run, its report')
    .addHelpText('after', examples('drover demo --crash', 'drover demo --drill', 'drover demo --vms 200 --speed 120'))
    .action((flags: DemoFlags) => run(command, (cli) => demo(cli, flags)));
};

async function demo(cli: Cli, { vms, speed, crash = false, drill = false }: DemoFlags): Promise<ExitCode> {
  // Loaded here alone: no other command needs the simulator and the dev server.
  const { runDemo } = await import('../demo/index.js');
  const { drillVerdictText, verdictText } = await import('../demo/verdict.js');
  const { out, env } = cli;
  requireTemporaryFolder();
  const began = Date.now();
  const stopped = new Interrupted('The demo was stopped; all its processes are ended.', null);
  const { report, facts, verdict, crashed } = await aborting(stopped, (signal) =>
    runDemo({
      env,
      vms: vms ?? (drill ? 8 : 40),
      speed,
      crash,
      drill,
      say: (line) => out.note(line),
      progress: () => progressFor(out),
      signal,
    }),
  );
  out.result(
    { report, verdict },
    (shown) =>
      [
        textReport(shown.report, out.colors),
        'drill' in shown.verdict ? drillVerdictText(shown.verdict) : verdictText(shown.verdict),
        `The demo took ${inWords(Date.now() - began)}.`,
      ].join('\n\n'),
    { report: documentOf(report, { facts, by: version() }), verdict },
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
