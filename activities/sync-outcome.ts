/** What becomes of the full copy that is made after a start or a reverse: pure. */
import { CODES } from '../contract/codes.js';
import type { Notice } from '../contract/notice.js';
import type { Watch } from '../contract/watch.js';
import { connectionState, type ErrorRules, type VmReplication } from '../vcda/index.js';
import { NO_REASON, notice, taskError } from './notices.js';
import { latestOf } from './replication-summary.js';
import { isBelievedGone, type Seen } from './seen.js';

/** A replication in `ERROR` is given this long to get well by itself before its VM fails: ms. */
export const ERROR_PATIENCE = 5 * 60_000;

/** Instead of `FINISHED`, where that is no success. */
const RECOVERED = 'RECOVERED';

export function judgeSync(watch: Watch, seen: Seen, settle: number, now: number, rules: ErrorRules): Notice | null {
  const { replication, amissFor } = seen;
  if (replication === null || replication === undefined) {
    return !isBelievedGone(seen, settle)
      ? null
      : notice(
          watch,
          now,
          null,
          taskError(watch, 'ReplicationNotFound', 'the replication disappeared while it was syncing', rules),
        );
  }
  switch (syncState(watch, replication)) {
    case 'OK':
    case 'SYNCING':
    case 'PRUNING':
    case 'FINISHED':
      return notice(watch, now, replication, null);
    case 'POWERED_OFF':
      return notice(watch, now, replication, {
        code: CODES.sourceOff,
        message: 'the source VM is off, so nothing is sent by itself',
        advice: null,
        meaning: 'fail',
        retry: rules({ code: CODES.sourceOff }).retry,
      });
    case 'ERROR': {
      if (amissFor < ERROR_PATIENCE) return null;
      const { code, msg } = replication.destinationState?.lastError ?? {
        code: 'ReplicationError',
        msg: NO_REASON,
      };
      return notice(watch, now, replication, { ...taskError(watch, code, msg ?? '', rules), meaning: 'fail' });
    }
    case RECOVERED: {
      // A list may lag behind the reverse.
      if (amissFor < settle) return null;
      const detail = 'the replication was recovered before it had been protected the other way';
      return notice(watch, now, replication, taskError(watch, 'InvalidReplicationState', detail, rules));
    }
    default:
      return null;
  }
}

/** Whether something is wrong with a replication that is to hold its first full copy; it may get well by itself. */
export function isAmiss(watch: Watch, replication: VmReplication | null | undefined): boolean {
  if (replication == null) return false;
  return ['ERROR', RECOVERED].includes(syncState(watch, replication));
}

/** Whether somebody has recovered what is being protected the other way: it does not get well by itself. */
export const isRecovered = (watch: Watch, replication: VmReplication): boolean =>
  syncState(watch, replication) === RECOVERED;

/** Nothing is sent until somebody resumes it, whichever of the two a site tells. */
export const isHeldUp = ({ isPaused, dataConnectionState }: VmReplication): boolean =>
  isPaused === true || dataConnectionState === 'PAUSED';

/** After a reverse everything is to be sent again; until an instance exists, no state of the connection means protection. */
function syncState({ kind }: Watch, r: VmReplication): string {
  const state = connectionState(r) ?? impliedState(r);
  if (kind !== 'reverse' || state === 'POWERED_OFF' || state === 'ERROR') return state;
  if (state === 'FINISHED') return RECOVERED;
  return latestOf(r) === null ? 'UNKNOWN' : state;
}

/** For a site that does not tell the state, or one that nobody knows: an instance is there once the first copy is. */
const impliedState = (r: VmReplication): string => (r.destinationState?.latestInstance?.key ? 'OK' : 'UNKNOWN');
