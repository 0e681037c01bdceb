/**
 * Moves many VMs from one site to another, without anybody at a keyboard: makes a plan of what the source has, checks it, starts
 * its run, approves each wave by a rule of its own, retries once what failed by one code, and writes the report.
 *
 *     npx drover up --simulator --vms 1000                       # in an empty folder: says where its Temporal is
 *     TEMPORAL_ADDRESS=127.0.0.1:7233 npx tsx examples/bulk-migration.ts --source paris --destination lyon --vms 1000
 *
 * `--wave 250` VMs make a wave, `--match 'web*'` chooses by name, `--id` names the run, `--retry CODE` is the code (default
 * OperationInProgress), `--report FILE` the report (default RUN.json), `--task-queue` that of the workers. In a project of your
 * own import from 'drover'. The program holds no site's password: it talks to Temporal, and Drover's workers talk to the sites.
 * Kill it at any moment and start it again: the same plan under the same id is the same run, and waiting goes on. It ends with
 * 0 when all VMs are moved, 1 when some are not, 2 when nothing could be started.
 */
import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import {
  BadInput,
  connectDrover,
  type Drover,
  DroverError,
  type LiveReport,
  type Plan,
  parsePlan,
  partOf,
  type RunHandle,
  type RunReport,
  TemporalUnreachable,
} from '../client/index.js';

export interface MigrationOptions {
  source: string;
  destination: string;
  /** at most so many, in the order of the inventory; default: all */
  vms?: number;
  /** VMs of a wave; default 250 */
  wave?: number;
  /** pattern of their names; default: all */
  match?: string;
  /** of the run; default: the plan's name and today's date */
  id?: string;
  /** what failed with this code is tried once more; default OperationInProgress */
  retry?: string;
  say?: (line: string) => void;
}

/** The rule: a wave is approved when all of its copies are made, unless more than so much of what went before has failed. */
const MOST_FAILED = 0.05;

/** @returns the report of the run, and that of the one that tried again what failed with the code; null: nothing did */
export async function migrate(
  drover: Drover,
  { id, retry = 'OperationInProgress', say = () => {}, ...wanted }: MigrationOptions,
): Promise<{ report: RunReport; again: RunReport | null }> {
  const plan = await planOf(drover, wanted);
  const checked = await drover.checkPlan(plan, id === undefined ? {} : { run: id });
  // Of a run that goes on, VMs that it has moved meanwhile would be told as moved already.
  if (!checked.ok && !(await drover.startedBefore(plan, checked.run))) {
    for (const { message, advice } of checked.errors) say(`${message} ${advice ?? ''}`);
    throw new RangeError('the plan has errors: nothing was started');
  }
  const { run, existed } = await drover.startRun(plan, { id: checked.run });
  say(existed ? `${run.run} was started before; waiting for it` : `${run.run} started with ${checked.vms} VMs`);
  const report = await followed(run, say);
  const failed = report.vms.filter(({ state, error }) => state === 'failed' && error?.code === retry);
  if (failed.length === 0) return { report, again: null };
  say(`${failed.length} failed with ${retry}: once more`);
  const part = partOf(plan, { vms: failed.map((vm) => vm.id) });
  const second = await drover.startRun({ ...part, name: `${plan.name}-again` }, { id: `${run.run}-again` });
  return { report, again: await followed(second.run, say) };
}

/** A plan of what the source has, in waves of so many. */
async function planOf(
  drover: Drover,
  { source, destination, match, vms: most = Number.POSITIVE_INFINITY, wave: size = 250 }: MigrationOptions,
): Promise<Plan> {
  const found = await drover.newPlan({ source, destination, vapps: false, ...(match === undefined ? {} : { match }) });
  const vms = found.waves.flatMap((wave) => wave.vms).slice(0, most);
  const waves = Array.from({ length: Math.ceil(vms.length / size) }, (_, n) => ({
    name: `wave-${n + 1}`,
    vms: vms.slice(n * size, (n + 1) * size).map(({ id, name }) => ({ id, name })),
  }));
  return parsePlan({
    name: `${source}-to-${destination}`,
    kind: 'migrate',
    source: { site: source },
    destination: { site: destination, vdc: found.vdc.id },
    cutover: { approval: 'wave' },
    // The rule below judges failures; the run pauses itself where one cause fails them in a row.
    stopAfter: { sameCode: 10 },
    waves,
  });
}

/** To its end; a person may steer it meanwhile: approve earlier, pause, cancel. */
async function followed(run: RunHandle, say: (line: string) => void): Promise<RunReport> {
  const asked = new Set<string>();
  let last = '';
  for await (const seen of run.watch()) {
    const { succeeded, failed, vms } = seen.totals;
    const needs = seen.attention.map(({ message, next }) => `; ${message} ${next ?? ''}`);
    const line = `${run.run}: ${succeeded} of ${vms} VMs moved, ${failed} failed${needs.join('')}`;
    if (line !== last) say(line);
    last = line;
    const wave = waitingWave(seen);
    if (wave === null || asked.has(wave)) continue;
    asked.add(wave);
    if (failed > Math.max(1, MOST_FAILED * vms)) {
      say(`${failed} VMs have failed: a person decides on ${wave} (drover approve ${run.run} ${wave})`);
      continue;
    }
    const { message } = await run.approve(`wave:${wave}`, { note: 'all of its copies are made' });
    say(message);
  }
  return run.report();
}

/** The wave whose turn it is, once nothing of it copies any more. */
function waitingWave({ vms }: LiveReport): string | null {
  const open = vms.find(({ finishedAt }) => finishedAt === null);
  const its = vms.filter(({ wave, finishedAt }) => wave === open?.wave && finishedAt === null);
  return open !== undefined && its.every(({ waitingFor }) => waitingFor === 'approval') ? open.wave : null;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      source: { type: 'string' },
      destination: { type: 'string' },
      vms: { type: 'string' },
      wave: { type: 'string' },
      match: { type: 'string' },
      id: { type: 'string' },
      retry: { type: 'string' },
      report: { type: 'string' },
      'task-queue': { type: 'string' },
    },
  });
  const { source, destination, vms, wave, report: file, 'task-queue': taskQueue, ...given } = values;
  if (source === undefined || destination === undefined) throw new RangeError('--source and --destination are missing');
  const counts = { ...(vms && { vms: Number(vms) }), ...(wave && { wave: Number(wave) }) };
  if (Object.values(counts).some((count) => !(count >= 1))) throw new RangeError('--vms and --wave are counts');
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const drover = await connectDrover(taskQueue === undefined ? {} : { taskQueue });
  try {
    const { report, again } = await migrate(drover, { source, destination, ...counts, ...given, say });
    const path = file ?? `${report.run}.json`;
    await writeFile(path, JSON.stringify({ report, again }, null, 2));
    const moved = report.totals.succeeded + (again?.totals.succeeded ?? 0);
    say(`${moved} of ${report.totals.vms} VMs moved; the report is in ${path}`);
    return moved === report.totals.vms ? 0 : 1;
  } finally {
    await drover.close();
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main().catch((error: unknown) => {
    // All of them say what is wrong and where; a DroverError also says what to do next.
    const told = [BadInput, DroverError, TemporalUnreachable, RangeError, TypeError].some(
      (kind) => error instanceof kind,
    );
    if (!told || !(error instanceof Error)) throw error;
    process.stderr.write(`${error.message} ${error instanceof DroverError ? (error.next ?? '') : ''}\n`);
    return 2;
  });
}
