/** One run of a plan, of any kind: its waves in order, each VM a workflow of its own. */
import { ApplicationFailure, CancellationScope, continueAsNew, setHandler, startChild } from '@temporalio/workflow';
import {
  approveUpdate,
  longestCutoverQuery,
  type RunInput,
  runPlanQuery,
  runReportQuery,
  type Scope,
  type VmInput,
  vmApproveSignal,
} from '../../contract/messages.js';
import type { RunReport } from '../../contract/report.js';
import type { PlanVm, RunKind } from '../../plan/types.js';
import { failbackVm } from '../vm/failback-vm.js';
import { failoverVm } from '../vm/failover-vm.js';
import { migrateVm } from '../vm/migrate-vm.js';
import { protectVm } from '../vm/protect-vm.js';
import { reverseVm } from '../vm/reverse-vm.js';
import { handleAct } from './acts.js';
import { Archive } from './archive.js';
import { type ChildOptions, Herd, named, refuseUnknown } from './herd.js';
import { longestCutover } from './longest-cutover.js';
import { RunProgress } from './run-state.js';

const VM_WORKFLOWS = {
  migrate: migrateVm,
  protect: protectVm,
  failover: failoverVm,
  reverse: reverseVm,
  failback: failbackVm,
} satisfies Record<RunKind, unknown>;

export async function planRun({ run, plan, carried }: RunInput): Promise<RunReport> {
  const state = new RunProgress({ run, plan, ...(carried === undefined ? {} : { carried }) }, Date.now());
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
    return startChild(VM_WORKFLOWS[plan.kind], {
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
      herd.tell(
        state.open.filter((id) => state.isApproved(id)),
        vmApproveSignal,
      );
      herd.wake();
      return { affected: approved.vms.length, message: `approved ${approved.target}: ${named(approved.vms)}` };
    },
  });
  setHandler(runReportQuery, () => state.report());
  setHandler(longestCutoverQuery, () => longestCutover(state.report().vms));
  setHandler(runPlanQuery, () => plan);

  return CancellationScope.nonCancellable(async () => {
    const archive = new Archive(state, plan.source.site);
    if (carried === undefined) await archive.begin(state.report());
    await herd.prepare();
    while (!state.isDone) {
      await herd.runErrands();
      if (await herd.begin(state.startable())) continue;
      if (state.isDone) break;
      if (await herd.isDueToContinue()) await continueAsNew<typeof planRun>({ run, plan, carried: state.carried });
      await herd.whenChanged();
    }
    state.finish(Date.now());
    const report = state.report();
    await archive.end(report);
    return report;
  });
}

/** Where the plan wants a word for each VM, one word for many is not it. */
function refuseTooWide(run: string, approval: RunInput['plan']['cutover']['approval'], { vm }: Scope): void {
  if (approval !== 'vm' || vm !== undefined) return;
  throw ApplicationFailure.nonRetryable(
    `the plan asks for an approval of each VM; drover show ${run} tells which wait, and what to type.`,
    'ApprovalTooWide',
  );
}
