/** Whether what was recovered runs: a task can succeed, and warn that it could not switch its VM on. */
import { NOT_POWERED_ON } from '../../../contract/names.js';
import type { ReplicationSummary } from '../../../contract/operation.js';
import { nameWithId } from '../../../contract/vm-identity.js';
import { sourcePower } from '../../activities.js';
import type { Outcome } from './operation.js';
import { StepFailed } from './step-errors.js';
import { iso, type VmControl } from './vm-control.js';

/** No page has the codes of warnings: those that speak of this make one ask. */
const SPEAKS_OF_POWER = /power(ed|ing)?[\s_-]*on|(could|did|can|was) ?not (be )?start/i;

/** How long the site of a copy is asked whether it is on: ms. */
const WITHIN = 30_000;

/**
 * Why what was recovered does not run; null: it does, as far as is known, or is not to.
 * @param isRehearsal it is put back as it was, so that nobody is to power it on
 */
export async function whyOff(
  vm: VmControl,
  { notice, record }: Outcome,
  powerOn: boolean,
  recovered: Pick<ReplicationSummary, 'recoveredVmId'> | null,
  { isRehearsal = false } = {},
): Promise<StepFailed | null> {
  const warned = notice.warnings?.find(({ code, message }) => SPEAKS_OF_POWER.test(`${code} ${message}`));
  if (!powerOn || warned === undefined) return null;
  const { site, resumedAt, report } = vm;
  const vmId = recovered?.recoveredVmId ?? null;
  // The warning is the word that there is, where the site does not tell more.
  const { power, known } = await sourcePower({ site, vmId, resumedAt, within: WITHIN });
  if (power === 'on') return null;
  const which = vmId === null ? 'what it recovered' : `VM ${vmId}`;
  const seen = power === 'off' ? `it is off: ${known}` : `whether it is on since is not known: ${known}`;
  const advice = isRehearsal
    ? `See at ${site} why a copy of it does not start, then run the drill again.`
    : `Power ${which} on at ${site}, where it was recovered. Replication ${report.replicationId} is kept.`;
  return new StepFailed({
    code: NOT_POWERED_ON,
    message:
      `the ${record.kind} of ${nameWithId(report)} to ${site} succeeded, but did not switch ${which} on: ` +
      `${warned.code}: ${warned.message} Now ${seen}.`,
    operation: record.kind,
    taskId: notice.taskId,
    site,
    advice,
  });
}

/** Of what was recovered and does not run: nobody serves it, unless its source is known to. */
export function staysDown({ report }: VmControl, { submitted }: Outcome): void {
  const { source } = report;
  if (source?.before !== 'off' && source?.power !== 'on') report.downSince ??= iso(submitted.submittedAt);
}
