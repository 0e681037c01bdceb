/** What a run leaves in the store: its head when it begins and when it ends, and of its VMs what they have not kept themselves. */
import { workflowInfo } from '@temporalio/workflow';
import type { Evidence, EvidenceHead, EvidenceUnit, ReportHead } from '../../contract/evidence.js';
import { iso } from '../../contract/moment.js';
import { vmWorkflowId } from '../../contract/names.js';
import type { VmReport } from '../../contract/report.js';
import type { PlanHead } from '../../contract/shard.js';
import { keepEvidenceInOrder } from '../activities.js';
import { isKept, whenKept } from '../evidence/patience.js';
import type { Place } from './planned.js';

const REVISION = { begun: 1, ended: 2 } as const;
/** Characters of JSON that are written at once. */
const PAGE = 128 * 1024;

/** Whose evidence it is. */
interface Keeping {
  /** it is told when the store does not answer, and when all is kept */
  awaitStore(isWaiting: boolean): void;
  isKept(vmId: string): boolean;
  /** in the plan */
  placeOf(vmId: string): Pick<Place, 'vm' | 'position'> | undefined;
}

export class Archive {
  readonly #execution: string;
  readonly #source: string;
  readonly #plan: (() => PlanHead) | undefined;
  readonly #state: Keeping;

  /** @param source site by which the VMs' workflows are named @param plan as persons have changed it by then; absent: a drill, or a shard, keeps none */
  constructor(
    { execution, source, plan }: { execution: string; source: string; plan?: () => PlanHead },
    state: Keeping,
  ) {
    this.#execution = execution;
    this.#source = source;
    this.#plan = plan;
    this.#state = state;
  }

  /** Tried once: what is not kept now is kept at the end. */
  async begin(report: ReportHead): Promise<void> {
    await isKept({ ...this.#said(report), head: this.#head(report, REVISION.begun), units: [] }, keepEvidenceInOrder);
  }

  /** Returns when all of it is kept. */
  async end(report: ReportHead, vms: VmReport[] = []): Promise<void> {
    const pages = this.#pagesOf(vms);
    const last = pages.pop() ?? [];
    for (const units of pages) await this.#keep({ ...this.#said(report), units });
    const { acts } = report;
    const head = this.#head(report, REVISION.ended);
    await this.#keep({ ...this.#said(report), head, units: last, ...(acts && { acts }) });
    this.#state.awaitStore(false);
  }

  /** Of a shard, whose run keeps the head. Returns when all of it is kept. */
  async endUnits(of: Pick<ReportHead, 'run' | 'kind'>, vms: VmReport[]): Promise<void> {
    for (const units of this.#pagesOf(vms)) await this.#keep({ ...this.#said(of), units });
    this.#state.awaitStore(false);
  }

  #pagesOf(vms: VmReport[]): EvidenceUnit[][] {
    return inPages(vms.filter(({ id }) => !this.#state.isKept(id)).map((vm) => this.#unit(vm)));
  }

  #keep(evidence: Evidence): Promise<void> {
    return whenKept(evidence, keepEvidenceInOrder, () => this.#state.awaitStore(true));
  }

  #said({ run, kind }: Pick<ReportHead, 'run' | 'kind'>): Omit<Evidence, 'units'> {
    return { run, execution: this.#execution, kind, at: iso(Date.now()) };
  }

  #unit(report: VmReport): EvidenceUnit {
    const { id: unit } = report;
    const workflowId = vmWorkflowId(this.#source, unit);
    const { position = 0, vm: planned } = this.#state.placeOf(unit) ?? {};
    const revision = REVISION.ended;
    return { unit, position, revision, workflowId, report, ...(planned && { planned }), durations: [] };
  }

  #head(whole: ReportHead & { vms?: unknown }, revision: number): EvidenceHead {
    // Acts are rows of their own.
    const { vms: _, acts: __, ...report } = whole;
    const { memo } = workflowInfo();
    const planDigest = typeof memo?.planDigest === 'string' ? memo.planDigest : null;
    return { revision, report, planDigest, ...(this.#plan === undefined ? {} : { plan: this.#plan() }) };
  }
}

function inPages(units: EvidenceUnit[]): EvidenceUnit[][] {
  const pages: EvidenceUnit[][] = [];
  let room = 0;
  for (const unit of units) {
    const size = JSON.stringify(unit).length;
    if (size > room || pages.length === 0) {
      pages.push([]);
      room = PAGE;
    }
    pages.at(-1)?.push(unit);
    room -= size;
  }
  return pages;
}
