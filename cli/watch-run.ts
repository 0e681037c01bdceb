import type { FollowOptions } from '../client/follow.js';
import type { LiveReport } from '../client/live-report.js';
import type { Milestone } from '../client/milestone.js';
import type { RunHandle, Waited } from '../client/run-handle.js';
import type { Cli } from './context.js';
import { type ExitCode, exitCodeOfReport } from './exit-codes.js';
import { untilInterrupted } from './interrupt.js';
import { progressFor } from './progress/progress-for.js';
import { documentOf } from './report/document.js';
import { jsonReport } from './report/json.js';
import { textReport } from './report/text.js';
import { version } from './version.js';

/** Follows a run to its end with live progress; the interruption of the watcher is thrown as Interrupted. */
export function watchRun(cli: Cli, handle: RunHandle): Promise<LiveReport> {
  return watched(cli, handle, (options) => handle.wait(options));
}

/** As {@link watchRun}, until it has come so far or a person must act first. @param timeout ms */
export async function watchUntil(cli: Cli, handle: RunHandle, milestone: Milestone, timeout?: number): Promise<Waited> {
  return watched(cli, handle, (options) =>
    handle.until(milestone, { ...options, ...(timeout === undefined ? {} : { timeout }) }),
  );
}

async function watched<T>(cli: Cli, handle: RunHandle, wait: (options: FollowOptions) => Promise<T>): Promise<T> {
  const progress = progressFor(cli.out);
  try {
    return await untilInterrupted(handle.run, (signal) =>
      wait({
        signal,
        onChange: (report) => progress.update(report),
        onTrouble: (trouble) => progress.trouble(trouble),
      }),
    );
  } finally {
    progress.stop();
  }
}

/** The final report as the command's result, and its exit code. */
export async function printReport(cli: Cli, handle: RunHandle, report: LiveReport): Promise<ExitCode> {
  await printAs(cli, handle, report, textReport);
  return exitCodeOfReport(report);
}

/** A report, finished or not, for people as they are shown it here, for machines as the one document. */
export async function printAs(
  cli: Cli,
  handle: RunHandle,
  report: LiveReport,
  toText: (report: LiveReport, colors: Cli['out']['colors']) => string,
): Promise<void> {
  if (!cli.out.json) {
    cli.out.result(report, (shown) => toText(shown, cli.out.colors));
    return;
  }
  // What was waited for is printed, even if Temporal goes away at this very moment.
  const facts = await handle.facts().catch(() => null);
  await cli.out.pieces(jsonReport(documentOf(report, { facts, by: version() })));
}
