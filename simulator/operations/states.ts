import { invalidState, type TaskFailure } from '../errors.js';
import type { LedgerKind } from '../world/ledger.js';
import type { RecoveryState, Replication } from '../world/model.js';
import type { World } from '../world/world.js';

/**
 * Which operation a replication takes in which recovery state [client PsychoBelka, vcda-api.md §6]: recovery once, from
 * NOT_STARTED; one test copy, cleaned up before anything else; after COMPLETE only reverse and delete.
 */
const LIVE: readonly RecoveryState[] = ['NOT_STARTED', 'IN_PROGRESS', 'TEST'];

const TAKEN_IN: Partial<Record<LedgerKind, readonly RecoveryState[]>> = {
  sync: LIVE,
  pause: LIVE,
  resume: LIVE,
  reconfigure: LIVE,
  'storage-profile': LIVE,
  migrate: ['NOT_STARTED'],
  failover: ['NOT_STARTED'],
  'failover-test': ['NOT_STARTED'],
  cleanup: ['TEST'],
  reverse: ['COMPLETE'],
  delete: ['NOT_STARTED', 'COMPLETE'],
};

/** Paused replications do not sync [client PsychoBelka]; migrate would have to. */
const NOT_WHEN_PAUSED: readonly LedgerKind[] = ['sync', 'pause', 'migrate'];

export function refusedByState(world: World, kind: LedgerKind, it: Replication): TaskFailure | undefined {
  const { state } = it.recovery;
  const cleansTest =
    (kind === 'migrate' && world.assumptions.migrateDuringTest === 'allowed') ||
    (kind === 'delete' && world.assumptions.deleteDuringTest !== 'refused');
  const taken = TAKEN_IN[kind]?.includes(state) ?? true;
  if (!taken && !(state === 'TEST' && cleansTest)) {
    return invalidState(`Replication '${it.id}' does not take '${kind}' in recovery state ${state}.`);
  }
  if (it.isPaused && NOT_WHEN_PAUSED.includes(kind)) return invalidState(`Replication '${it.id}' is paused.`);
  if (!it.isPaused && kind === 'resume') return invalidState(`Replication '${it.id}' is not paused.`);
  return undefined;
}

export function requireState(world: World, kind: LedgerKind, it: Replication): void {
  const refused = refusedByState(world, kind, it);
  if (refused !== undefined) throw refused;
}
