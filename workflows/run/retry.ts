/** Which units a person may have tried again, and what the next workflow of each must know. Pure. */
import { UNIT_HOOKS, type UnitHookEvent } from '../../contract/hook-record.js';
import type { LeftUnit } from '../../contract/inputs.js';
import { attemptOfOperationId } from '../../contract/names.js';
import { OPERATION_KINDS, type OperationKind } from '../../contract/operation.js';
import type { VmReport } from '../../contract/report.js';
import type { Numbered, UnitMemory } from '../../contract/unit.js';
import { hasSucceeded } from './has-succeeded.js';
import { DEPENDENCY_NOT_MET } from './unbegun.js';

const CUTOVERS = new Set<OperationKind>(['migrate', 'failover']);
const MOVES = new Set<OperationKind>([...CUTOVERS, 'reverse']);

/** Of a unit whose workflow was ended without a last word, nobody knows how many it has used: more than it can have. */
const LEAP = 1_000;

/** It has ended, and was not moved: by itself it is not begun again. @param isMeant it alone was named */
export function isToRetry(report: VmReport, isMeant: boolean): boolean {
  const { state, error } = report;
  if (hasSucceeded(report)) return false;
  if (state === 'failed') return true;
  if (isMeant) return state === 'skipped' || state === 'cancelled';
  return state === 'skipped' && error?.operation === null && error.code === DEPENDENCY_NOT_MET;
}

/** Whether it may have been cut over: then a person looks, and nothing of it is sent again. */
export function mayBeMoved(
  { operations, recoveredAs = [], cut }: VmReport,
  left: Pick<LeftUnit, 'atGate'> | undefined,
): boolean {
  const kinds = left?.atGate === true ? CUTOVERS : MOVES;
  // What brought it to its gate, as a reverse does, is behind it.
  const isMoved = operations.some(({ kind, result }) => kinds.has(kind) && result !== 'failed');
  return (
    isMoved ||
    (recoveredAs.length > 0 && left?.atGate !== true) ||
    (cut !== undefined && cut.operations > 0 && left === undefined)
  );
}

/** It has ended with something that it had begun, and that is still there; a cutover that was accepted leaves all as it is. */
export function isToTakeBack({ state, operations }: VmReport, left: LeftUnit | undefined): boolean {
  if (left === undefined || (state !== 'failed' && state !== 'skipped')) return false;
  return operations.length > 0 && !operations.some(({ kind }) => MOVES.has(kind));
}

/** Numbers that no operation of the unit has had. @param isKnown its last workflow has said how many it has used */
export function withNumbers(memory: UnitMemory, { operations, hooks = [] }: VmReport, isKnown: boolean): UnitMemory {
  const numbers: UnitMemory['numbers'] = { ...memory.numbers };
  for (const { kind, operationId } of operations)
    numbers[kind] = Math.max(numbers[kind] ?? 0, attemptOfOperationId(operationId) || 0);
  for (const { event, key } of hooks)
    if (isOfUnit(event)) numbers[event] = Math.max(numbers[event] ?? 0, attemptOfOperationId(key) || 0);
  if (isKnown) return { ...memory, numbers };
  for (const kind of KINDS) numbers[kind] = (numbers[kind] ?? 0) + LEAP;
  return { ...memory, numbers };
}

const isOfUnit = (event: string): event is UnitHookEvent => UNIT_HOOKS.some((one) => one === event);

const KINDS: Numbered[] = [...UNIT_HOOKS, ...OPERATION_KINDS];

/** Of one that has left nothing. @param at where its replication is to live, and the other site */
export const noMemory = (at: { site: string; peer: string }): UnitMemory => ({
  numbers: {},
  ...at,
  vmIdNow: null,
  clocks: {},
  earlier: null,
  begun: null,
  marks: null,
});
