/** The only worker, a real process, is killed with SIGKILL at a moment of a drill or a run, and one of the lab's own goes on; the ledger judges. */
import { expect } from '@jest/globals';
import { duplicateSubmissions } from '../../../chaos/judge-submissions.js';
import { siteStatusQuery } from '../../../contract/messages.js';
import { claimsWorkflowId, siteWorkflowId, storeKeeperId } from '../../../contract/names.js';
import { onQueuesOf } from '../../../contract/queues.js';
import type { RunReport } from '../../../contract/report.js';
import type { Check, Drill, Plan } from '../../../plan/types.js';
import type { FaultRule } from '../../../simulator/index.js';
import { atMost } from '../../support/at-most.js';
import { drillOf, entries, expectNothingLeft, protect, slowPage, startDrill, world } from '../../support/drills.js';
import { type Lab, withLab } from '../../support/lab.js';
import { until } from '../../support/until.js';
import { spawnWorker } from '../../support/worker-process.js';

/** ms; the time in which a test waits for its turn counts as well */
export const TURN_AND_ALL = 900_000;

/** A worker process for each, on two cores. */
const inTurn = atMost(3);

/** A killed worker costs a heartbeat's time-out and a little more; a busy machine adds to it: ms. */
const MOVES_WITHIN = 240_000;

/** What a moment is recognised by. */
interface Seen {
  lab: Lab;
  report(): Promise<RunReport>;
  /** how often a check has asked */
  asked(): number;
}

export interface Moment {
  phase: string;
  /** holds from then on: a busy machine looks late */
  when: (seen: Seen) => boolean | Promise<boolean>;
  faults?: FaultRule[];
  /** a drill holds until it is told to finish */
  holds?: boolean;
}

export const struck = ({ lab }: Seen): boolean => lab.simulator.control.faults().some((fault) => fault.struck > 0);
export const accepted =
  (kind: string, count = 1) =>
  ({ lab }: Seen): boolean =>
    entries(lab, kind).length >= count;
export const succeeded =
  (kind: string) =>
  ({ lab }: Seen): boolean =>
    entries(lab, kind).some(({ outcome }) => outcome === 'succeeded');
export const inHold = async ({ report }: Seen): Promise<boolean> => (await report()).drill?.phase === 'hold';
export const delayed = (operation: string): FaultRule[] => [{ operation, kind: 'delay', delayMs: 1_500, times: 2 }];

/** Lets the first worker do what is `given`, kills it at the moment, and has the next one bring the work to its end. */
async function killedAt(
  { when, faults = [], holds = false }: Moment,
  lab: Lab,
  given: () => Promise<void>,
  begin: () => Promise<{ report(): Promise<RunReport>; result(): Promise<RunReport>; finish?(): Promise<unknown> }>,
  asked = () => 0,
): Promise<RunReport> {
  const first = await spawnWorker(lab);
  let work: Awaited<ReturnType<typeof begin>>;
  try {
    await given();
    lab.simulator.control.addFaults(...faults);
    work = await begin();
    const seen = { lab, report: work.report, asked };
    await until(async () => when(seen), Boolean);
  } finally {
    await first.kill();
  }
  lab.simulator.control.setSpeed(200);
  await lab.startWorker();
  const restarted = Date.now();
  if (holds) await work.finish?.();
  const report = await work.result();
  const moved = lab.simulator.control.ledger().find(({ at }) => at > restarted)?.at;
  expect((moved ?? Date.parse(report.finishedAt ?? '')) - restarted).toBeLessThan(MOVES_WITHIN);
  await expectNothingOpen(lab);
  return report;
}

/** Only the sites' workflows go on, which remember no test copy, that of their claims, and what says which store the workers share. */
async function expectNothingOpen(lab: Lab): Promise<void> {
  const lasting = [
    siteWorkflowId(lab.source),
    siteWorkflowId(lab.destination),
    claimsWorkflowId(lab.source, lab.destination),
    storeKeeperId(lab.taskQueue),
  ];
  const query = `${onQueuesOf(lab.taskQueue)} AND ExecutionStatus = 'Running'`;
  async function others(): Promise<string[]> {
    const open: string[] = [];
    for await (const { workflowId } of lab.client.workflow.list({ query })) open.push(workflowId);
    return open.filter((id) => !lasting.includes(id));
  }
  // What Temporal lists follows what is so a little later.
  await until(others, (open) => open.length === 0);
  const { testCopies: remembered } = await lab.client.workflow
    .getHandle(siteWorkflowId(lab.destination))
    .query(siteStatusQuery);
  expect(remembered).toEqual([]);
}

/** By the ledger: every VM has been through these operations and no other, each done once; the report says the same. */
function expectDoneOnce(lab: Lab, report: RunReport, before: string[], kinds: string[]): void {
  expect(report.vms.map(({ error }) => error)).toEqual([null, null]);
  expect(report.state).toBe('succeeded');
  const ledger = lab.simulator.control.ledger();
  expect(duplicateSubmissions({ ledger, held: [] })).toEqual({ violations: [], decided: [] });
  for (const vm of report.vms) {
    const done = ledger.filter(({ operationId, taskId, kind }) => {
      return taskId !== null && operationId?.includes(`/${vm.id}/${kind}/`) === true;
    });
    expect(done.map(({ kind, outcome }) => [kind, outcome])).toEqual(
      [...before, ...kinds].map((kind) => [kind, 'succeeded']),
    );
    expect(vm.operations.map(({ kind }) => kind)).toEqual(kinds);
    expect(vm.operations.map(({ taskId }) => taskId)).toEqual(done.slice(before.length).map(({ taskId }) => taskId));
  }
}

/** A drill of two VMs whose check fails a few times before it passes. */
async function killedDrill(moment: Moment, lab: Lab, change: Partial<Drill>): Promise<RunReport> {
  const page = await slowPage(4);
  const check: Check = {
    name: 'page',
    vms: null,
    within: 600_000,
    interval: 500,
    timeout: 60_000,
    consecutive: 1,
    type: 'http',
    url: page.url,
    status: 200,
    body: null,
    verifyTls: true,
  };
  try {
    const hold = moment.holds ? { hold: 3_600_000, timeout: 7_200_000 } : { hold: 1_000 };
    const drill = drillOf(lab, { checks: [check], ...hold, ...change });
    return await killedAt(
      moment,
      lab,
      () => protect(lab),
      () => startDrill(lab, drill),
      page.asked,
    );
  } finally {
    page.close();
  }
}

const KILLABLE = { vms: 2, speed: 60, workers: 0, sharesStoreFile: true };

/** One moment of a test drill of two VMs. */
export const killedTest = (moment: Moment): Promise<void> =>
  inTurn(() =>
    withLab(KILLABLE, async (lab) => {
      const report = await killedDrill(moment, lab, {});
      expectDoneOnce(lab, report, ['start'], ['failover-test', 'cleanup']);
      expectNothingLeft(lab);
    }),
  );

/** One moment of a round trip of two VMs. */
export const killedRoundTrip = (moment: Moment): Promise<void> =>
  inTurn(() =>
    withLab(KILLABLE, async (lab) => {
      const recovery = { instance: 'latest', powerOn: true, consolidate: false, sync: true } as const;
      const report = await killedDrill(moment, lab, { mode: 'roundtrip', confirm: 'removes-source', recovery });
      const leg = ['sync', 'failover', 'reverse'];
      expectDoneOnce(lab, report, ['start'], [...leg, ...leg]);
      expectNothingLeft(lab);
      const home = { isReversed: false, sourceSite: lab.source, destinationSite: lab.destination };
      expect(world(lab).replications).toMatchObject([home, home]);
    }),
  );

/** In a run of two VMs that were failed over before. */
function killedRun(moment: Moment, lab: Lab, change: Partial<Plan>): Promise<RunReport> {
  async function recovered(): Promise<void> {
    await protect(lab);
    const { result } = await lab.start(lab.plan({ kind: 'failover' }));
    expect((await result()).state).toBe('succeeded');
  }
  return killedAt(moment, lab, recovered, () => lab.start(lab.plan({ confirm: 'removes-source', ...change })));
}

export const killedReverse = (): Promise<void> =>
  inTurn(() =>
    withLab(KILLABLE, async (lab) => {
      const moment = { phase: 'reverse', when: accepted('reverse') };
      const report = await killedRun(moment, lab, { kind: 'reverse' });
      expectDoneOnce(lab, report, ['start', 'failover'], ['reverse']);
      const away = { isReversed: true, recoveryState: 'NOT_STARTED', sourceSite: lab.destination };
      expect(world(lab).replications).toMatchObject([away, away]);
      expect(world(lab).sites[lab.source]?.vms).toEqual([]);
    }),
  );

export const killedFailback = (): Promise<void> =>
  inTurn(() =>
    withLab(KILLABLE, async (lab) => {
      const moment = { phase: 'migrate', when: struck, faults: delayed('migrate') };
      const report = await killedRun(moment, lab, { kind: 'failback' });
      expectDoneOnce(lab, report, ['start', 'failover'], ['reverse', 'sync', 'migrate', 'reverse']);
      expectNothingLeft(lab);
    }),
  );
