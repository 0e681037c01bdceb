/** After a recovery that ended well, the source is looked at as well as the copy: two that run are worse than none. */

import { growing } from '../../../contract/growing.js';
import { iso } from '../../../contract/moment.js';
import type { OperationKind } from '../../../contract/operation.js';
import type { SourcePower } from '../../../contract/questions.js';
import { unitInWords } from '../../../contract/vapp.js';
import { inTime, lookUntil } from './look-until.js';
import { powerOf } from './power.js';
import type { SourceVm } from './source.js';
import type { VmControl } from './vm-control.js';

/** How long the site of a source is asked: ms. That of a failover's may be gone, and nothing is to wait for it. */
const WITHIN = { migrate: 5_000, failover: 1_000 };

/** An inventory may show a little later that the source was switched off. */
const PAUSES = { first: 5_000, times: 2 };

export const withinOf = (kind: OperationKind): number => (kind === 'migrate' ? WITHIN.migrate : WITHIN.failover);

/**
 * @param first what was seen of the source when the copy was looked at; absent: it was not
 * @param copy how the copy is, in words
 * @returns whether it runs
 */
export async function tellIfSourceRuns(
  vm: VmControl,
  kind: OperationKind,
  source: SourceVm,
  first: SourcePower | undefined,
  copy: string,
): Promise<boolean> {
  const { site, vmId } = source;
  let seen = first;
  async function look(): Promise<SourcePower> {
    const known = seen ?? (await powerOf(vm, { site, vmId, within: withinOf(kind) }));
    seen = undefined;
    return known;
  }
  const pauses = kind === 'migrate' ? inTime(vm, growing(PAUSES)) : [];
  const { power, at, known } = await lookUntil(look, (it) => it.power !== 'on', pauses);
  if (power !== 'on') return false;
  const { source: before } = vm.report;
  const since = before?.power === 'on' ? before.since : iso(at);
  vm.report.source = { before: 'on', ...before, power, since, known };
  vm.note(
    `Its source, ${unitInWords(vmId ?? '')}, still runs: ${known}, although its ${kind} ended well; ${copy}. ` +
      'Find out which of the two is used, and power the other one off.',
  );
  return true;
}
