/** What the commands that start a run share: their options, and what they print once a run was asked for. */
import type { Command } from 'commander';
import { advised } from '../client/advised.js';
import type { StartedHandle } from '../client/drover.js';
import type { Cli } from './context.js';
import { EXIT, exitCodeOfReport } from './exit-codes.js';
import { showText } from './text/show-text.js';
import { printReport, watchRun } from './watch-run.js';

export interface StartOptions {
  id?: string;
  dryRun?: boolean;
  wait?: boolean;
}

export function startOptions(command: Command, defaultId: string): Command {
  return command
    .option('--id <id>', `id of the run (default: ${defaultId} and today's date)`)
    .option('--dry-run', 'check everything, print what would be done, start nothing')
    .option('--wait', 'follow the run to its end and print its report');
}

/** @param what `plan` or `drill`, for messages */
export async function afterStart(
  cli: Cli,
  { run: handle, existed, begun, loaded }: StartedHandle,
  wait: boolean,
  what: 'plan' | 'drill',
): Promise<number> {
  const { run } = handle;
  if (!begun) {
    const again = loaded ? '' : ', and then this command again, which gives it its plan';
    const message = `No worker has begun with run ${run} yet; it waits for one.`;
    cli.out.alert(advised({ message, advice: `drover worker${again}` }));
  } else if (!loaded) {
    const message = `Run ${run} has not got all of its plan yet, and none of its VMs is touched before it has.`;
    cli.out.alert(advised({ message, advice: 'this command again' }));
  }
  if (existed) {
    cli.out.note(`Run ${run} of this ${what} exists already; it was not started again.`);
  }
  if (wait) {
    if (!existed) {
      cli.out.note(`Run ${run} started. Ctrl-C ends the watching, not the run.`);
    }
    return printReport(cli, await watchRun(cli, handle));
  }
  if (!existed) {
    cli.out.result(run, { run, existed, begun, loaded });
    cli.out.note(`Follow it: drover watch ${run}`);
    return EXIT.ok;
  }
  const report = await handle.report({ live: true });
  cli.out.result(showText(report, cli.out.colors), report);
  return exitCodeOfReport(report);
}
