/** What a report tells of hooks. Plain JSON. */
import type { Hook, HookEvent } from '../plan/types.js';

/** Of one VM; the others are of a wave or of the run. */
export type UnitHookEvent = 'beforeVm' | 'afterVm' | 'beforeCutover' | 'afterCutover' | 'cutoverFailed';
export const UNIT_HOOKS: readonly UnitHookEvent[] = [
  'beforeVm',
  'afterVm',
  'beforeCutover',
  'afterCutover',
  'cutoverFailed',
];

/** One hook that was sent, and its answer. Moments are ISO 8601, UTC. */
export interface HookRecord {
  event: HookEvent;
  /** of a wave; absent: of a VM, or of the run as a whole */
  wave?: string;
  /** without the values of its query */
  url: string;
  /** the idempotency key that it was sent with, the same however often */
  key: string;
  at: string;
  finishedAt: string;
  /** how often it was sent, or tried to be; 0: it was not, since no worker may */
  attempts: number;
  result: 'succeeded' | 'failed';
  rule: Hook['rule'];
  /** why it failed; null: it did not */
  error: string | null;
}

/** Records of one VM or run that are kept: the newest. */
export const MOST_HOOKS = 100;
