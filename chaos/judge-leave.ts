/** Whether every cutover had its leave: the approval of its wave, and an open window. */
import { inWords } from '../contract/words.js';
import type { Evidence, Violation } from './evidence.js';

/** A call that left a worker in time may be cut off, delayed and accepted this much later: ms. */
const UNDER_WAY = 5_000;

export function cutoversWithoutLeave({ vms, ledger, approvedAt, window }: Evidence): Violation[] {
  const waves = new Map(vms.map(({ id, wave }) => [id, wave]));
  return ledger
    .filter(({ kind }) => kind === 'migrate' || kind === 'power-off')
    .flatMap(({ kind, vmId, vmName, at }) => {
      const approved = approvedAt?.get(waves.get(vmId ?? '') ?? '') ?? Number.POSITIVE_INFINITY;
      const reasons = [
        ...(approvedAt !== null && at < approved ? ['before its wave was approved'] : []),
        ...(window !== null && at < window.opens ? ['before its window opened'] : []),
        ...(window !== null && kind === 'migrate' && at > window.closes + UNDER_WAY
          ? [`${inWords(at - window.closes)} after its window had closed`]
          : []),
      ];
      return reasons.map((why) => ({ item: 'leave' as const, vmId, message: `${kind} of ${vmName} ${why}` }));
    });
}
