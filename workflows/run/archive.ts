/** What a run leaves in the store: its head when it begins and when it ends, and of its VMs what they have not kept themselves. */
import { workflowInfo } from '@temporalio/workflow';
import type { Evidence, EvidenceUnit } from '../../contract/evidence.js';
import { vmWorkflowId } from '../../contract/names.js';
import type { RunReport, VmReport } from '../../contract/report.js';
import { isKept, whenKept } from '../evidence/patience.js';
import type { RunProgress } from './run-state.js';

const REVISION = { begun: 1, ended: 2 } as const;
/** Characters of JSON that are written at once. */
const PAGE = 128 * 1024;

export class Archive {
  readonly #state: RunProgress;
  readonly #source: string;

  /** @param source site by which the VMs' workflows are named */
  constructor(state: RunProgress, source: string) {
    this.#state = state;
    this.#source = source;
  }

  /** Tried once: what is not kept now is kept at the end. */
  async begin(report: RunReport): Promise<void> {
    await isKept(this.#evidence(report, REVISION.begun, []));
  }

  /** Returns when all of it is kept. */
  async end(report: RunReport): Promise<void> {
    const waits = () => this.#state.awaitStore(true);
    const units = report.vms.flatMap((vm, position) => (this.#state.isKept(vm.id) ? [] : [this.#unit(vm, position)]));
    const pages = inPages(units);
    for (const page of pages.slice(0, -1)) await whenKept({ ...this.#evidence(report, null, page) }, waits);
    await whenKept(this.#evidence(report, REVISION.ended, pages.at(-1) ?? []), waits);
    this.#state.awaitStore(false);
  }

  #evidence(whole: RunReport, revision: number | null, units: EvidenceUnit[]): Evidence {
    const { vms: _, ...report } = whole;
    const { firstExecutionRunId: execution, memo } = workflowInfo();
    const planDigest = typeof memo?.planDigest === 'string' ? memo.planDigest : null;
    const { run, kind } = report;
    const at = new Date(Date.now()).toISOString();
    return {
      run,
      execution,
      kind,
      at,
      ...(revision === null ? {} : { head: { revision, report, planDigest } }),
      units,
    };
  }

  #unit(report: VmReport, position: number): EvidenceUnit {
    const workflowId = vmWorkflowId(this.#source, report.id);
    return { unit: report.id, position, revision: REVISION.ended, workflowId, report, durations: [] };
  }
}

function inPages(units: EvidenceUnit[]): EvidenceUnit[][] {
  const pages: EvidenceUnit[][] = [];
  let room = 0;
  for (const unit of units) {
    const size = JSON.stringify(unit.report).length;
    if (size > room || pages.length === 0) {
      pages.push([]);
      room = PAGE;
    }
    pages.at(-1)?.push(unit);
    room -= size;
  }
  return pages;
}
