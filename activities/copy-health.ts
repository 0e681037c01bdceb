/** Whether a copy that waits at its gate is as it should be: pure, so that a person hears of it before the night. */
import { CODES } from '../contract/codes.js';
import { type ClockOffset, earliestOnOurClock } from '../contract/site-clock.js';
import { nameWithId } from '../contract/vm-identity.js';
import type { CopyTrouble, SeenCopy, WaitingCopy } from '../contract/waiting-copies.js';
import { inWords } from '../contract/words.js';
import { recoveryState, type VmReplication } from '../vcda/index.js';
import { NO_REASON } from './notices.js';
import { isHeldUp } from './sync-outcome.js';

const MINUTE = 60_000;

interface At {
  site: string;
  clock: ClockOffset | null;
  /** epoch ms */
  now: number;
}

/** @param seen null: its site lists it no more */
export function healthOf(copy: WaitingCopy, seen: VmReplication | null, at: At): SeenCopy {
  const lag = seen === null || isSourceOff(seen) ? null : lagOf(seen, at);
  const lagSeconds = lag === null ? null : Math.round(lag / 1_000);
  return { unit: copy.vm.id, lagSeconds, ...deltaOf(seen), trouble: troubleOf(copy, seen, lag, at.site) };
}

/** The first instance is of all of it, and says nothing of what is sent from then on. */
function deltaOf(seen: VmReplication | null): Pick<SeenCopy, 'delta'> {
  const {
    sequenceNumber,
    transferBytes: bytes,
    transferSeconds: seconds,
  } = seen?.destinationState?.latestInstance ?? {};
  const isDelta = sequenceNumber != null && sequenceNumber > 1 && bytes != null && seconds != null;
  return isDelta ? { delta: { bytes, seconds } } : {};
}

const isSourceOff = ({ dataConnectionState }: VmReplication): boolean => dataConnectionState === 'POWERED_OFF';

/** ms; at most, by what is known of the site's clock; null: not known */
function lagOf({ destinationState }: VmReplication, { clock, now }: At): number | null {
  const held = earliestOnOurClock(destinationState?.latestInstance?.timestamp, clock, now);
  return held === null ? null : now - held;
}

function troubleOf(
  copy: WaitingCopy,
  seen: VmReplication | null,
  lag: number | null,
  site: string,
): CopyTrouble | null {
  const { vm, replicationId } = copy;
  const which = `replication ${replicationId} of ${nameWithId(vm)}`;
  if (seen === null) {
    return {
      code: CODES.replicationGone,
      message: `${site} lists ${which} no more, so that it cannot be cut over`,
      advice: 'Find out who removed it.',
    };
  }
  if (recoveryState(seen) === 'COMPLETE') {
    return {
      code: CODES.alreadyRecovered,
      message: `${which} at ${site} shows as recovered while it waits for its cutover`,
      advice: 'Look whether somebody has failed it over or migrated it: the VM may run at both sites.',
    };
  }
  if (isHeldUp(seen)) {
    return {
      code: CODES.replicationPaused,
      message: `${which} at ${site} is paused, and sends nothing`,
      advice: `Resume it at ${site} before its cutover is due.`,
    };
  }
  if (seen.dataConnectionState === 'ERROR') {
    const { code, msg } = seen.destinationState?.lastError ?? {};
    const told = code == null ? NO_REASON : `${code}: ${msg || NO_REASON}`;
    return {
      code: CODES.replicationError,
      message: `${which} at ${site} is in error: ${told}`,
      advice: `Look at it at ${site}: it may get well by itself, and is not cut over before.`,
    };
  }
  return rpoMissed(which, seen, lag, site);
}

/** The site itself says by how much, whatever is known of its clock; a source that is off has nothing to send. */
function rpoMissed(which: string, seen: VmReplication, lag: number | null, site: string): CopyTrouble | null {
  const { rpo } = seen.settings ?? {};
  const over = seen.destinationState?.currentRpoViolation ?? 0;
  const isOlder = rpo != null && rpo > 0 && lag !== null && lag > rpo * MINUTE;
  if (isSourceOff(seen) || (over <= 0 && !isOlder)) return null;
  const age =
    lag === null ? `${inWords(over * MINUTE, 'one unit')} more than its RPO allows` : `${inWords(lag, 'one unit')}`;
  const wanted = rpo == null || lag === null ? '' : `; its RPO is ${inWords(rpo * MINUTE, 'one unit')}`;
  return {
    code: CODES.rpoMissed,
    message: `what ${which} at ${site} holds is old by ${age}${wanted}`,
    advice: 'Look at the network between the sites, at the source VM, and at the appliances.',
  };
}
