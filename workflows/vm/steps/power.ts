/** Whether a VM is on, as the inventory of its site tells. */
import type { SourcePower, SourcePowerInput } from '../../../contract/questions.js';
import { sourcePower } from '../../activities.js';
import { inTimeLeft } from './until-stopped.js';
import type { VmControl } from './vm-control.js';

/** Never fails: what a site does not tell, or not within the time that there is, is unknown. */
export async function powerOf(
  vm: Pick<VmControl, 'resumedAt' | 'stop'>,
  asked: Omit<SourcePowerInput, 'resumedAt'>,
): Promise<SourcePower> {
  const { resumedAt, stop } = vm;
  const within = Math.min(asked.within, Math.max(0, stop.lookLeft));
  const seen = await inTimeLeft(vm, () => sourcePower({ ...asked, within, resumedAt }));
  return seen ?? { power: 'unknown', at: Date.now(), known: `there was no time left to ask ${asked.site}` };
}
