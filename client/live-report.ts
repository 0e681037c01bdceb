/**
 * A run holds the final reports of its VMs only, since every progress message would cost it history. What its open VMs do, their
 * sites know, and they themselves. This is the one place where all of it is put together.
 */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { runPlanQuery } from '../contract/messages.js';
import { iso } from '../contract/moment.js';
import { runWorkflowId, siteWorkflowId } from '../contract/names.js';
import { askBy, askRow, isForgotten } from '../contract/read-run.js';
import { isFinal, type RunReport, type VmReport } from '../contract/report.js';
import { MOST_IN_SHARD, type PlanHead } from '../contract/shard.js';
import { withAllActs } from './all-acts.js';
import { type Attention, attentionFor, type Findings } from './attention.js';
import type { WorkflowFailing } from './errors.js';
import { findFailing } from './failing-task.js';
import { type Forecast, forecastOf } from './forecast.js';
import type { ForgottenShards } from './forgotten-shards.js';
import { keptReport, orKept } from './kept-runs.js';
import { shownOf } from './list-sites.js';
import { mergeReports } from './merge-open.js';
import { OpenVms, type Seen, whyNoAnswer } from './open-vms.js';
import type { Retry } from './retries.js';
import { type RunStatus, readRun } from './run-state.js';
import { findVm } from './scope.js';
import { ANSWER_WITHIN, type Session, within } from './session.js';
import { UnknownSites } from './unknown-sites.js';

/** A run's report as it is at this moment, with what a person should see or do about it. */
export interface LiveReport extends RunReport {
  attention: Attention[];
  /** how long what is left is expected to take; null: it is over, or a drill */
  forecast: Forecast | null;
}

/** A VM of a run, whole, with what its workflow tries again at this moment. */
export interface LiveVm {
  /** of its run, as {@link LiveReports.overview} has it */
  report: LiveReport;
  vm: VmReport;
  retries: Retry[];
}

/** ms for the run, and for its sites and VMs together, to answer */
export interface Patience {
  run: number;
  vms: number;
}

interface Wanted {
  patience: Patience;
  isBrief: boolean;
  /** VM that is asked itself, as it was typed; absent: those of which least is known */
  vm?: string;
}

const NOTHING_FOUND: Findings = {
  runFailing: null,
  failing: [],
  endedOutside: null,
  loading: null,
  unknown: [],
  approval: null,
  brakes: [],
};
/** ms */
const LIMITS_HOLD = 60_000;
const PATIENT: Patience = { run: ANSWER_WITHIN, vms: ANSWER_WITHIN };

/** Reads one run again and again; remembers what open VMs said last, so that a silent moment does not set them back. */
export class LiveReports {
  readonly #session: Session;
  readonly #run: string;
  readonly #open: OpenVms;
  /** with the moment: ISO */
  readonly #lastSaid = new Map<string, VmReport & { asOf: string }>();
  readonly #unknown: UnknownSites;
  /** what earlier looks have read of the store */
  #kept: ForgottenShards | null = null;
  #plan: Promise<PlanHead> | null = null;
  /** at: epoch ms */
  #limits: { atOnce: number | null; at: number } | null = null;

  constructor(session: Session, run: string) {
    this.#session = session;
    this.#run = run;
    this.#open = new OpenVms(session, run);
    this.#unknown = new UnknownSites(session, run);
  }

  /**
   * @param patience how long to wait for answers; of an open VM of which nothing is heard it says as of when it is known
   * @throws RunNotFound, NoWorker, WorkflowFailing, TemporalUnreachable, StoreUnanswered
   */
  async read(patience: Patience = PATIENT): Promise<LiveReport> {
    return withAllActs(this.#session, await this.#readOrKept({ patience, isBrief: false }));
  }

  /** As {@link read}, but its VMs are without the operations that went well, and without notes, while it goes on. */
  overview(patience: Patience = PATIENT): Promise<LiveReport> {
    return this.#readOrKept({ patience, isBrief: true });
  }

  /** @param wanted its id or name @throws NotInRun, AmbiguousName, and as {@link read} */
  async vm(wanted: string): Promise<LiveVm> {
    const report = await this.#readOrKept({ patience: PATIENT, isBrief: true, vm: wanted });
    const vm = findVm(report, wanted);
    return { report, vm, retries: isFinal(vm.state) ? [] : await this.#open.retries(vm.id) };
  }

  #readOrKept(wanted: Wanted): Promise<LiveReport> {
    return orKept(
      this.#session,
      this.#run,
      () => this.#readOpen(wanted),
      async (kept) => {
        const report = await keptReport(this.#session, kept);
        return { ...report, attention: attentionFor(report, NOTHING_FOUND), forecast: forecastOf(report) };
      },
    );
  }

  async #readOpen(wanted: Wanted): Promise<LiveReport> {
    const status = await readRun(this.#session, this.#run, wanted.patience.run, wanted.isBrief, this.#kept);
    const { described, endedOutside, loading } = status;
    this.#kept = status.kept;
    const report = wanted.vm === undefined ? status.report : await this.#withWhole(status, wanted.vm);
    const isOpen = report.finishedAt === null;
    const [failing, site, unknown, seen, atOnce] = await Promise.all([
      findFailing(this.#session, described),
      isOpen ? this.#whySiteStands(described) : null,
      isOpen ? this.#unknown.now(described) : [],
      isOpen ? this.#look(report, status, wanted) : { said: [], underWay: new Map(), transfers: new Map() },
      isOpen ? this.#atOnce(report) : null,
    ]);
    const merged = this.#merge(report, seen);
    return {
      ...merged,
      attention: attentionFor(merged, {
        runFailing: failing,
        failing: [site, ...seen.said.map((vm) => vm.failing)].filter((one) => one !== null),
        endedOutside,
        loading,
        unknown,
        approval: merged.vms.some(({ waitingFor }) => waitingFor === 'approval') ? await this.#askApproval() : null,
        brakes: merged.vms.some(({ waitingFor }) => waitingFor === 'brake') ? await this.#askBrakes(status) : [],
      }),
      forecast: forecastOf(merged, atOnce),
    };
  }

  /** Of the one VM that is wanted all is told. */
  async #withWhole({ report, brief, lost, kept }: RunStatus, wanted: string): Promise<RunReport> {
    const known = findVm(report, wanted);
    const { id } = known;
    const { shard, at } = placeOf(id, brief ?? [report.vms]);
    const row = brief === null ? known : await this.#rowOf(lost, shard, at);
    const [whole] = row?.id === id ? await kept.whole([row], shard * MOST_IN_SHARD + at) : [];
    return { ...report, vms: report.vms.map((vm) => (vm.id === id ? (whole ?? vm) : vm)) };
  }

  /** undefined: Temporal has forgotten its shard, whose rows are the store's, and whole */
  async #rowOf(lost: number[], shard: number, at: number): Promise<VmReport | undefined> {
    try {
      return await within(this.#session, ANSWER_WITHIN, () =>
        askRow(askBy(this.#session.client), { run: this.#run, lost }, shard, at),
      );
    } catch (error) {
      if (isForgotten(error)) return undefined;
      throw error;
    }
  }

  /** Cutovers that the site of a run lets run at once, as its limit is now; asked for once a minute. null: not known */
  async #atOnce({ expected }: RunReport): Promise<number | null> {
    if (expected === undefined) return null;
    if (this.#limits === null || Date.now() - this.#limits.at > LIMITS_HOLD) {
      const shown = await shownOf(this.#session, expected.site);
      const { holds = null, configured = null } = shown?.limits.cutovers ?? {};
      this.#limits = { atOnce: holds ?? configured, at: Date.now() };
    }
    return this.#limits.atOnce;
  }

  /** Of the sites at which it is worked: one that says nothing in time is not told of. */
  async #askBrakes(status: RunStatus): Promise<Findings['brakes']> {
    const asked = sitesOf(status).map(async (site) => {
      const shown = await shownOf(this.#session, site);
      const waits = shown?.runs.some(({ run, waiting }) => run === this.#run && waiting > 0) === true;
      return shown?.brake.on === true && waits ? [{ site, set: shown.brake.set }] : [];
    });
    return (await Promise.all(asked)).flat();
  }

  #look(report: RunReport, status: RunStatus, { patience, vm }: Wanted): Promise<Seen> {
    const only = vm === undefined ? undefined : findVm(report, vm).id;
    return this.#open.look(report.vms, sitesOf(status), patience.vms, only);
  }

  #merge(report: RunReport, { said, underWay, transfers }: Seen): RunReport {
    const asOf = iso(Date.now());
    const now = new Map<string, VmReport>();
    for (const { id, report: own, hold } of said) {
      if (own === null) continue;
      now.set(id, hold === null ? own : { ...own, hold });
      this.#lastSaid.set(id, { ...own, asOf });
    }
    return mergeReports(report, { now, underWay, transfers, before: this.#lastSaid });
  }

  /** What the plan wants approved. null: the run gave no answer, or it wants nothing approved. */
  async #askApproval(): Promise<Findings['approval']> {
    const approval = (await this.plan())?.cutover.approval ?? 'none';
    return approval === 'none' ? null : approval;
  }

  /** Of an open run, asked once: it stays so. null: it gave no answer, or it has none. */
  async plan(): Promise<PlanHead | null> {
    const handle = this.#session.client.workflow.getHandle(runWorkflowId(this.#run));
    try {
      this.#plan ??= within(this.#session, ANSWER_WITHIN, () => handle.query(runPlanQuery));
      return await this.#plan;
    } catch {
      this.#plan = null;
      return null;
    }
  }

  /** The site's workflow gives out slots and hears of ended tasks: while it fails, every VM merely seems to wait. */
  async #whySiteStands(described: WorkflowExecutionDescription): Promise<WorkflowFailing | null> {
    const site = siteOf(described);
    if (site === null) return null;
    return whyNoAnswer(this.#session, this.#session.client.workflow.getHandle(siteWorkflowId(site)));
  }
}

/** Which of these lists a VM is in, and where. */
function placeOf(id: string, lists: VmReport[][]): { shard: number; at: number } {
  const isIt = (row: VmReport): boolean => row.id === id;
  const shard = lists.findIndex((rows) => rows.some(isIt));
  return { shard, at: lists[shard]?.findIndex(isIt) ?? 0 };
}

/** Where its units work. */
function sitesOf({ sites, described }: RunStatus): string[] {
  const main = siteOf(described);
  return sites.length === 0 && main !== null ? [main] : sites;
}

/** Where the work is done, in the main; null: an earlier Drover has not said it. */
const siteOf = ({ memo }: WorkflowExecutionDescription): string | null =>
  typeof memo?.site === 'string' ? memo.site : null;
