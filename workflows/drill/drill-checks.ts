/** The checks of one recovered VM, all at once; what they find goes into its report. */
import { ActivityFailure, CancellationScope, isCancellation } from '@temporalio/workflow';
import type { DrillVmInput } from '../../contract/inputs.js';
import { iso } from '../../contract/moment.js';
import type { CheckResult } from '../../contract/report.js';
import type { Check, PlanVm } from '../../plan/types.js';
import { checkVm } from '../activities.js';
import { adviceIn, Stopped } from '../vm/steps/step-errors.js';
import type { VmControl } from '../vm/steps/vm-control.js';

/**
 * Their time begins now.
 * @returns when the last check had passed, epoch ms; null: one did not
 * @throws Stopped
 */
export async function runChecks(
  vm: VmControl,
  { checks, vm: { id } }: Pick<DrillVmInput, 'checks' | 'vm'>,
  recovery: 'test' | 'failover',
  prefix = '',
): Promise<number | null> {
  vm.enter('checks');
  const meant = checks.filter(({ vms }) => vms === null || vms.includes(id));
  const began = Date.now();
  const scope = new CancellationScope();
  const unlisten = vm.stop.on(() => scope.cancel());
  try {
    const results = await scope.run(() => Promise.all(meant.map((check) => runCheck(vm, check, recovery, began))));
    vm.report.checks.push(...results.map((result) => ({ ...result, name: prefix + result.name })));
    if (results.some(({ ok }) => !ok)) return null;
    // By the same clock as the trigger; a check's own times are its worker's.
    return Date.now();
  } catch (error) {
    if (isCancellation(error)) throw new Stopped();
    throw error;
  } finally {
    unlisten();
  }
}

/** Once more, and once: what passed may have fallen over since. What did not pass then is known already. */
export async function askAgain(
  vm: VmControl,
  { checks, vm: input }: Pick<DrillVmInput, 'checks' | 'vm'>,
  recovery: 'test' | 'failover',
): Promise<void> {
  const once = checks.map((check) => ({ ...check, within: 0, consecutive: 1 }));
  if (once.length > 0) await runChecks(vm, { checks: once, vm: input }, recovery, 'after the hold: ');
}

/** What the drill itself says the recovered VM shall have. */
function givenAddress({ vmNetworkSettings }: PlanVm): string | undefined {
  const { nics = [], primaryNicIndex = 0 } = vmNetworkSettings ?? {};
  const primary = nics.find(({ nicIndex }) => nicIndex === primaryNicIndex);
  return primary?.ipAddress ?? nics.find(({ ipAddress }) => ipAddress !== undefined)?.ipAddress;
}

async function runCheck(
  vm: VmControl,
  check: Check,
  recovery: 'test' | 'failover',
  began: number,
): Promise<CheckResult> {
  const { run, vm: ref } = vm.input;
  const { id, name } = vm.ref;
  const address = ref.address ?? givenAddress(ref);
  const replicationId = vm.report.replicationId ?? '';
  try {
    return await checkVm({
      run,
      site: vm.site,
      peer: vm.peer,
      vm: { id, name, ...(address === undefined ? {} : { address }) },
      replicationId,
      recovery,
      check,
      until: began + check.within,
      resumedAt: vm.resumedAt,
    });
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    // A check that cannot be made proves nothing, and must not keep the drill from cleaning up.
    const detail = error.cause?.message ?? error.message;
    const advice = adviceIn(error);
    const found = { name: check.name, ok: false, detail, ...(advice === null ? {} : { advice }) };
    return { ...found, attempts: 0, startedAt: iso(began), finishedAt: iso(Date.now()) };
  }
}
