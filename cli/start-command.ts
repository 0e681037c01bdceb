/** What the commands that start a run share: their options, and what they print once a run was asked for. */
import type { Command } from 'commander';
import { advised } from '../client/advised.js';
import type { StartedHandle } from '../client/drover.js';
import type { RunHandle } from '../client/run-handle.js';
import type { Cli } from './context.js';
import { EXIT, exitCodeOfReport, exitCodeOfWaited } from './exit-codes.js';
import { showText } from './text/show-text.js';
import { printAs, printReport, watchRun, watchUntil } from './watch-run.js';

export interface StartOptions {
  id?: string;
  dryRun?: boolean;
  wait?: boolean;
  /** false: nobody is there to act */
  input?: boolean;
  /** false: `--no-check` was said */
  check?: boolean;
}

export function startOptions(command: Command, defaultId: string): Command {
  return command
    .option('--id <id>', `id of the run (default: ${defaultId} and today's date)`)
    .option('--dry-run', 'check everything, print what would be done, start nothing')
    .option('--wait', 'follow the run to its end and print its report')
    .option('--no-input', 'with --wait: end with exit 4 as soon as a person is needed');
}

/** Without `--wait` nothing is waited for that a person could be needed for. @throws CommanderError */
export function refuseInput(command: Command, { input = true, wait = false }: StartOptions): void {
  if (input || wait) return;
  command.error('--no-input is for --wait, which ends then as soon as a person is needed', {
    code: 'commander.conflictingOption',
  });
}

/** What was typed of them, as far as it decides what is started. */
export const startWords = ({ id, check = true, wait = false, input = true }: StartOptions): string[] => [
  ...(id === undefined ? [] : ['--id', id]),
  ...(check ? [] : ['--no-check']),
  ...(wait ? ['--wait'] : []),
  ...(wait && !input ? ['--no-input'] : []),
];

/** The report at the end, or what a person has to do before it. */
async function untilNeeded(cli: Cli, handle: RunHandle): Promise<number> {
  const waited = await watchUntil(cli, handle, 'done');
  if (waited.reached) return printReport(cli, handle, waited.report);
  await printAs(cli, handle, waited.report, showText);
  return exitCodeOfWaited(waited);
}

export function withCheck(command: Command): Command {
  return command.option('--no-check', 'start it without asking the sites first what it would meet');
}

/** @param what `plan` or `drill`, for messages */
export async function afterStart(
  cli: Cli,
  { run: handle, existed, begun, loaded }: StartedHandle,
  { wait = false, input = true }: StartOptions,
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
    return input ? printReport(cli, handle, await watchRun(cli, handle)) : untilNeeded(cli, handle);
  }
  if (!existed) {
    cli.out.result({ run, existed, begun, loaded }, (started) => started.run);
    cli.out.note(`Follow it: drover watch ${run}`);
    return EXIT.ok;
  }
  const report = await handle.report({ live: true });
  cli.out.result(report, (shown) => showText(shown, cli.out.colors));
  return exitCodeOfReport(report);
}
