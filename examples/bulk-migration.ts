/**
 * Starts a run from a program and waits for it. In a project of your own, import from 'drover' instead. In a checkout, after
 * `npm ci` (`npm run build` compiles this file, too):
 *
 *     TEMPORAL_ADDRESS=localhost:7233 node dist/examples/bulk-migration.js PLAN [TASK QUEUE OF THE WORKERS]
 *
 * The program holds no site's password: it talks to Temporal, and Drover's workers (`drover worker`) talk to the sites.
 * Kill it at any moment and start it again: the same plan on the same day is the same run, and waiting goes on.
 */
import { pathToFileURL } from 'node:url';
import { BadInput, connectDrover, DroverError, type RunReport, TemporalUnreachable } from '../client/index.js';

export interface MigrationOptions {
  /** default: the plan's name and today's date */
  id?: string;
  /** default: `drover` */
  taskQueue?: string;
  say?: (line: string) => void;
}

/** Runs a plan to its end and returns the report, with every VM, operation and outage in it. */
export async function migrate(
  planFile: string,
  { id, taskQueue, say = () => {} }: MigrationOptions = {},
): Promise<RunReport> {
  const drover = await connectDrover(taskQueue === undefined ? {} : { taskQueue });
  let last = '';
  try {
    const { run, existed } = await drover.startRun(planFile, id === undefined ? {} : { id });
    say(existed ? `${run.run} was started before; waiting for it` : `${run.run} started`);
    return await run.wait({
      onChange: ({ totals, attention }) => {
        const lines = [
          `${totals.succeeded} of ${totals.vms} VMs done, ${totals.failed} failed`,
          ...attention.map(({ message, next }) => `  ${message} ${next ?? ''}`),
        ];
        // Most changes are steps of single VMs, which these lines do not show.
        if (lines.join() !== last) for (const line of lines) say(line);
        last = lines.join();
      },
    });
  } finally {
    await drover.close();
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    const [, , plan = 'examples/paris-exit.yaml', taskQueue] = process.argv;
    const { vms, totals } = await migrate(plan, taskQueue === undefined ? { say } : { say, taskQueue });
    for (const { name, error } of vms.filter(({ state }) => state === 'failed')) {
      say(`${name}: ${error?.code}: ${error?.message}`);
    }
    process.exitCode = totals.succeeded === totals.vms ? 0 : 1;
  } catch (error) {
    // All of them say what is wrong and where; a DroverError also says what to do next.
    const told = [BadInput, DroverError, TemporalUnreachable].some((kind) => error instanceof kind);
    if (!told || !(error instanceof Error)) throw error;
    say(error instanceof DroverError ? `${error.message} ${error.next ?? ''}` : error.message);
    process.exitCode = 2;
  }
}
