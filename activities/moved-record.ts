/** Which VMs were migrated, by the closed workflows that Temporal lists. */
import { cancellationSignal } from '@temporalio/activity';
import { AT_GATE_MEMO, MIGRATE_VM } from '../contract/inputs.js';
import { iso } from '../contract/moment.js';
import { vmWorkflowId } from '../contract/names.js';
import type { Moved } from '../contract/questions.js';
import type { ActivityDeps } from './deps.js';
import { askTemporal } from './site-signals.js';

/** What closed so long before the newest that was listed is listed again: Temporal's list may be late. ms */
const OVERLAP = 2 * 60_000;

interface Read {
  byExecution: Map<string, Moved>;
  /** epoch ms at which the newest of them closed */
  until: number;
}

/** A run asks for every few of its VMs: what has been read once is kept, so that each asks for what has closed since. */
export class MovedRecord {
  readonly #deps: ActivityDeps;
  readonly #bySource = new Map<string, Read>();

  constructor(deps: ActivityDeps) {
    this.#deps = deps;
  }

  /** Migrations from a site that succeeded. */
  async from(source: string): Promise<Iterable<Moved>> {
    const { byExecution, until } = this.#bySource.get(source) ?? { byExecution: new Map<string, Moved>(), until: 0 };
    const prefix = vmWorkflowId(source, '');
    const since = iso(Math.max(0, until - OVERLAP));
    const query =
      `WorkflowType = '${MIGRATE_VM}' AND ExecutionStatus = 'Completed' AND ` +
      `WorkflowId STARTS_WITH '${prefix.replaceAll("'", "''")}' AND CloseTime >= '${since}'`;
    let newest = until;
    await askTemporal(this.#deps, async () => {
      for await (const { workflowId, runId, closeTime, memo } of this.#deps.client.workflow.list({ query })) {
        cancellationSignal().throwIfAborted();
        if (memo?.[AT_GATE_MEMO] !== true) byExecution.set(runId, movedOf(workflowId.slice(prefix.length), memo));
        newest = Math.max(newest, closeTime?.getTime() ?? 0);
      }
    });
    this.#bySource.set(source, { byExecution, until: newest });
    return byExecution.values();
  }
}

const textIn = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const movedOf = (vmId: string, memo: Record<string, unknown> | undefined): Moved => ({
  vmId,
  name: textIn(memo?.vm),
  to: textIn(memo?.to),
  run: textIn(memo?.run) ?? 'an earlier run',
});
