/** Whether a copy is powered on: decided before the cutover is sent, and kept, for the cutover switches the source off. */
import type { SourcePower } from '../../../contract/questions.js';
import type { ReplicationSummary } from '../../../contract/replication.js';
import type { PowerOn } from '../../../plan/types.js';
import { firstLookAtSource, type SourceVm } from './source.js';
import type { VmControl } from './vm-control.js';

/** How long the site of a source is asked. That of a failover's may be gone, and a VM that is down waits for the answer. ms */
export const WITHIN = { migrate: 60_000, failover: 5_000 };

export interface Decided {
  source: SourceVm;
  powerOn: boolean;
}

/** What is not known to be off counts as on, and that is said. @param replication as seen last @param asked what its source was just seen to be; absent: it is asked */
export async function decidePower(
  vm: VmControl,
  kind: keyof typeof WITHIN,
  wanted: PowerOn,
  replication: ReplicationSummary | null,
  asked?: SourcePower,
): Promise<Decided> {
  const source: SourceVm = {
    site: replication?.sourceSite ?? vm.peer,
    vmId: replication?.vmId ?? vm.memory.vmIdNow ?? vm.input.vm.id,
    within: WITHIN[kind],
  };
  // A failover does not touch its source.
  if (kind === 'failover' && wanted !== 'asSource') return { source, powerOn: wanted };
  const seen = await firstLookAtSource(vm, source, undefined, asked);
  if (wanted !== 'asSource') return { source, powerOn: wanted };
  if (seen.before === 'unknown') {
    vm.note(`Its copy is powered on, since it is not known whether its source at ${source.site} was: ${seen.known}.`);
  } else if (seen.before !== 'off' && seen.power === 'off') {
    vm.note(`Its copy is powered on: its source at ${source.site} is off since an earlier run began to cut it over.`);
  } else if (kind === 'failover' && seen.before === 'off') {
    vm.note(
      `Its copy is left off, since its source at ${source.site} was off: a disaster may have done that too. ` +
        'Power it on at its site if it should run, or say powerOn: true in the plan.',
    );
  }
  return { source, powerOn: seen.before !== 'off' };
}
