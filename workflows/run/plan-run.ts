/** One run of a plan, of any kind: its waves in order, each VM a workflow of its own. */
import { ApplicationFailure, CancellationScope, continueAsNew, setHandler, startChild } from '@temporalio/workflow';
import {
  approveUpdate,
  type RunInput,
  runPlanQuery,
  runReportQuery,
  type Scope,
  type VmInput,
} from '../../contract/messages.js';
import type { RunReport } from '../../contract/report.js';
import type { Plan, PlanVm, RunKind } from '../../plan/types.js';
import { copyVm } from '../vm/copy-vm.js';
import { failbackVm, returnVm } from '../vm/failback-vm.js';
import { failoverVm, lookVm } from '../vm/failover-vm.js';
import { migrateVm } from '../vm/migrate-vm.js';
import { protectVm } from '../vm/protect-vm.js';
import { reverseVm } from '../vm/reverse-vm.js';
import { undoVm } from '../vm/undo-vm.js';
import { handleAct } from './acts.js';
import { Archive } from './archive.js';
import { type ChildOptions, Herd, named, refuseUnknown } from './herd.js';
import { RunProgress } from './run-state.js';

/** What brings a unit to its gate, where its kind has one, and what goes on from there, or goes all the way. */
const WORKFLOWS = {
  migrate: { copy: copyVm, rest: migrateVm },
  protect: { copy: protectVm, rest: protectVm },
  failover: { copy: lookVm, rest: failoverVm },
  reverse: { copy: reverseVm, rest: reverseVm },
  failback: { copy: returnVm, rest: failbackVm },
} satisfies Record<RunKind, unknown>;

function workflowFor(kind: RunKind, phase: VmInput['phase']) {
  if (phase === 'undo') return undoVm;
  return phase === 'copy' ? WORKFLOWS[kind].copy : WORKFLOWS[kind].rest;
}

export async function planRun({ run, plan, until, carried }: RunInput): Promise<RunReport> {
  const state = new RunProgress(
    { run, plan: { ...plan, sync: syncOf(plan) }, until, ...(carried === undefined ? {} : { carried }) },
    Date.now(),
  );
  const isRemigrated = (vm: PlanVm): boolean => vm.remigrate ?? plan.remigrate;
  function begin(vm: PlanVm, input: VmInput, options: ChildOptions) {
    const { destination, replication, adopt, cutover, recovery, keepReplication } = plan;
    const args = {
      destination,
      replication,
      adopt,
      cutover,
      recovery,
      keepReplication,
      triggeredAt: state.startedAt,
      remigrate: isRemigrated(vm),
    };
    const { stalledAfter } = plan;
    return startChild(workflowFor(plan.kind, input.phase), {
      ...options,
      args: [{ ...input, ...args, ...(stalledAfter === undefined ? {} : { stalledAfter }) }],
    });
  }
  const herd = new Herd(state, {
    run,
    ...plan,
    begin,
    refusesMigrated: (vm) => plan.kind === 'migrate' && !isRemigrated(vm),
  });

  handleAct(state, approveUpdate, {
    refuse: (scope) => {
      refuseUnknown(state, scope);
      refuseTooWide(run, plan.cutover.approval, scope);
    },
    perform: (scope) => {
      const approved = state.approve(scope);
      herd.wake();
      const whom = approved.vms.length === 0 ? 'nothing of it is left to be cut over' : named(approved.vms);
      return { affected: approved.vms.length, message: `approved ${approved.target}: ${whom}` };
    },
  });
  setHandler(runReportQuery, () => state.report(Date.now()));
  setHandler(runPlanQuery, () => plan);

  return CancellationScope.nonCancellable(async () => {
    const archive = new Archive(state, plan.source.site);
    if (carried === undefined) await archive.begin(state.report(Date.now()));
    await herd.prepare();
    while (!state.isDone) {
      await herd.runErrands();
      if (await herd.begin(state.next(Date.now()))) continue;
      if (state.isDone) break;
      if (await herd.isDueToContinue()) await continueAsNew<typeof planRun>({ run, plan, carried: state.carried });
      await herd.whenChanged(state.wakeIn(Date.now()));
    }
    state.finish(Date.now());
    const report = state.report(Date.now());
    await archive.end(report);
    return report;
  });
}

/** Only copies are made ahead: a failover makes none, and a way home removes the VM that it turns round. */
const syncOf = ({ kind, sync }: Plan): Plan['sync'] => (kind === 'migrate' ? sync : 'wave');

/** Where the plan wants a word for each VM, one word for many is not it. */
function refuseTooWide(run: string, approval: RunInput['plan']['cutover']['approval'], { vm }: Scope): void {
  if (approval !== 'vm' || vm !== undefined) return;
  throw ApplicationFailure.nonRetryable(
    `the plan asks for an approval of each VM; drover show ${run} tells which wait, and what to type.`,
    'ApprovalTooWide',
  );
}
