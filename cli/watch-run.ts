import type { LiveReport } from '../client/live-report.js';
import type { RunHandle } from '../client/run-handle.js';
import type { Cli } from './context.js';
import { type ExitCode, exitCodeOfReport } from './exit-codes.js';
import { untilInterrupted } from './interrupt.js';
import { progressFor } from './progress/progress-for.js';
import { reportDocument } from './report/json.js';
import { textReport } from './report/text.js';

/** Follows a run to its end with live progress; the interruption of the watcher is thrown as Interrupted. */
export async function watchRun(cli: Cli, handle: RunHandle): Promise<LiveReport> {
  const progress = progressFor(cli.out);
  try {
    return await untilInterrupted(handle.run, (signal) =>
      handle.wait({
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
export function printReport(cli: Cli, report: LiveReport): ExitCode {
  cli.out.result(textReport(report, cli.out.colors), reportDocument(report));
  return exitCodeOfReport(report);
}
