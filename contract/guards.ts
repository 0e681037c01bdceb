/**
 * Whether what a workflow is told is the message that it should be: anybody with access to the namespace can send anything
 * under its name. By hand, since a workflow has no library for it. Only what would do harm is looked at.
 */
import { isMembers, type Members } from './members.js';
import type { Proceed, SlotRequest } from './messages.js';
import type { Notice, OperationTrouble } from './notice.js';
import type { SlotKind } from './operation.js';
import type { TestCopy } from './questions.js';
import type { Hold, VmReport } from './report.js';
import type { Piece, ShardHeld, ShardOrders, ShardWord } from './shard.js';
import type { Orders, UnitWord } from './unit.js';
import type { SiteHold, Watch } from './watch.js';

const isText = (value: unknown): value is string => typeof value === 'string';
const isTextOrNull = (value: unknown): boolean => value === null || isText(value);
const isMoment = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const isSlot = (value: unknown): value is SlotKind => value === 'sync' || value === 'cutover';

const VM_STATES = new Set<unknown>(['waiting', 'running', 'succeeded', 'failed', 'cancelled', 'skipped']);

export const isVmReport = (value: unknown): value is VmReport =>
  isMembers(value) &&
  isText(value.id) &&
  isText(value.name) &&
  VM_STATES.has(value.state) &&
  Array.isArray(value.operations) &&
  Array.isArray(value.checks) &&
  (value.error === null || isMembers(value.error));

/** A report of the unit that the message is about. */
const isReportOf = ({ unit, report }: Members): boolean => isVmReport(report) && report.id === unit;

const isOfUnit = (value: unknown): value is Members =>
  isMembers(value) && isText(value.run) && isText(value.unit) && value.unit !== '';

export const isUnitWord = (value: unknown): value is UnitWord =>
  isOfUnit(value) &&
  isMoment(value.revision) &&
  isReportOf(value) &&
  (value.memory === null || (isMembers(value.memory) && isMembers(value.memory.numbers))) &&
  isTextOrNull(value.claimedBy) &&
  typeof value.kept === 'boolean';

export const isUnitReady = (value: unknown): value is Pick<UnitWord, 'run' | 'unit' | 'revision' | 'report'> =>
  isOfUnit(value) && isMoment(value.revision) && isReportOf(value);

export const isUnitHeld = (value: unknown): value is { run: string; unit: string; hold: Hold; askedAt: number } =>
  isOfUnit(value) && isHold(value.hold) && isMoment(value.askedAt);

export const isUnitNamed = (value: unknown): value is { run: string; unit: string; name: string } =>
  isOfUnit(value) && isText(value.name);

const isHold = (value: unknown): value is Hold =>
  isMembers(value) && isText(value.message) && (value.advice === undefined || isTextOrNull(value.advice));

export const isSiteHeld = (value: unknown): value is Hold & Pick<SiteHold, 'askedAt'> =>
  isMembers(value) && isMoment(value.askedAt) && isText(value.site) && isHold(value);

export const isSiteAway = (value: unknown): value is { site: string; since: number; message: string | null } =>
  isMembers(value) && isText(value.site) && isMoment(value.since) && isTextOrNull(value.message);

export const isOrders = (value: unknown): value is Orders =>
  isOfUnit(value) &&
  isMoment(value.revision) &&
  isMoment(value.resumedAt) &&
  typeof value.paused === 'boolean' &&
  typeof value.stop === 'boolean' &&
  (value.notAfter === null || isMoment(value.notAfter));

export const isNotice = (value: unknown): value is Notice =>
  isMembers(value) &&
  isText(value.operationId) &&
  (value.phase === 'task' || value.phase === 'sync') &&
  typeof value.ok === 'boolean' &&
  isMoment(value.at) &&
  isTextOrNull(value.taskId) &&
  isTextOrNull(value.replicationId) &&
  (value.replication === null || isMembers(value.replication)) &&
  (value.error === null || isMembers(value.error));

export const isTrouble = (value: unknown): value is OperationTrouble =>
  isMembers(value) &&
  isText(value.operationId) &&
  (value.phase === 'task' || value.phase === 'sync') &&
  (value.trouble === null ||
    (isMembers(value.trouble) && isText(value.trouble.message) && isMoment(value.trouble.since)));

export const isGrant = (value: unknown): value is { run: string; slot: SlotKind } =>
  isMembers(value) && isText(value.run) && isSlot(value.slot);

export const isProceed = (value: unknown): value is { run: string; unit: string; proceed: Proceed } =>
  isOfUnit(value) &&
  isMembers(value.proceed) &&
  (value.proceed.to === 'clean-up' || (value.proceed.to === 'recover' && isMoment(value.proceed.triggeredAt)));

/* ── what a run and its shards tell each other ───────────────────────────── */

const isOfShard = (value: unknown): value is Members => isMembers(value) && isText(value.run) && isMoment(value.shard);

const isCount = (value: unknown): value is number => isMoment(value) && value >= 0;

const areNumbered = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => isMembers(one) && isMoment(one.number));

const areOutcomes = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => isVmRef(one) && VM_STATES.has(one.state) && Array.isArray(one.by));

export const isShardOrders = (value: unknown): value is ShardOrders =>
  isOfShard(value) &&
  isMoment(value.revision) &&
  isMoment(value.resumedAt) &&
  isCount(value.turn) &&
  isMembers(value.room) &&
  isCount(value.room.all) &&
  isCount(value.room.copies) &&
  isCount(value.decided) &&
  typeof value.cancelling === 'boolean' &&
  typeof value.untilSynced === 'boolean' &&
  (value.begin === null || (isMembers(value.begin) && isMoment(value.begin.selfCheck))) &&
  (value.paused === null || isHold(value.paused)) &&
  (value.longest === null || isMoment(value.longest)) &&
  areOutcomes(value.outcomes) &&
  areNumbered(value.acts);

export const isShardWord = (value: unknown): value is ShardWord =>
  isOfShard(value) &&
  isMoment(value.revision) &&
  isMoment(value.obeyed) &&
  typeof value.loaded === 'boolean' &&
  isMembers(value.totals) &&
  Object.values(value.totals).every(isCount) &&
  isCount(value.good) &&
  isMembers(value.wanted) &&
  Object.values(value.wanted).every(isCount) &&
  typeof value.keepsPlaces === 'boolean' &&
  (value.longest === null || isMoment(value.longest)) &&
  Array.isArray(value.unfinished) &&
  value.unfinished.every((one) => Array.isArray(one) && one.every(isCount)) &&
  Array.isArray(value.ends) &&
  value.ends.every((one) => isVmRef(one) && isMoment(one.number) && isMoment(one.at) && isTextOrNull(one.code)) &&
  areOutcomes(value.outcomes) &&
  areNumbered(value.answers) &&
  typeof value.waitsForStore === 'boolean' &&
  typeof value.isOver === 'boolean';

export const isShardHeld = (value: unknown): value is ShardHeld =>
  isOfShard(value) && isHold(value.hold) && isMoment(value.askedAt);

export const isPiece = (value: unknown): value is Piece =>
  isMembers(value) &&
  isCount(value.first) &&
  Array.isArray(value.awaited) &&
  value.awaited.every((one) => isMembers(one) && isText(one.id) && Array.isArray(one.by)) &&
  Array.isArray(value.waves) &&
  value.waves.every(
    (wave) => isMembers(wave) && isCount(wave.at) && Array.isArray(wave.vms) && wave.vms.every(isPlannedVm),
  );

const isPlannedVm = (value: unknown): boolean =>
  isVmRef(value) && Array.isArray(value.after) && value.after.every(isText);

/* ── what a site is told ─────────────────────────────────────────────────── */

const isVmRef = (value: unknown): value is Members => isMembers(value) && isText(value.id) && isText(value.name);

const isOfWorkflow = (value: unknown): value is Members =>
  isMembers(value) && isText(value.workflowId) && value.workflowId !== '' && isText(value.run);

export const isWatch = (value: unknown): value is Watch =>
  isOfWorkflow(value) &&
  isText(value.operationId) &&
  isText(value.kind) &&
  isText(value.peer) &&
  isVmRef(value.vm) &&
  isTextOrNull(value.taskId) &&
  isTextOrNull(value.replicationId) &&
  (value.phase === 'task' || value.phase === 'sync') &&
  (value.until === 'task' || value.until === 'synced') &&
  (value.slot === null || isSlot(value.slot)) &&
  isMoment(value.since) &&
  (value.seen === undefined || isMembers(value.seen));

export const isSlotRequest = (value: unknown): value is SlotRequest =>
  isOfWorkflow(value) && isSlot(value.slot) && isVmRef(value.vm) && (value.share === null || isMoment(value.share));

export const isSlotReturn = (value: unknown): value is { slot: SlotKind; workflowId: string } =>
  isMembers(value) && isSlot(value.slot) && isText(value.workflowId);

export const isResume = (value: unknown): value is { at: number } => isMembers(value) && isMoment(value.at);

export const isUnreachable = (value: unknown): value is { at: number; message: string } =>
  isMembers(value) && isMoment(value.at) && isText(value.message);

export const isTestCopy = (value: unknown): value is TestCopy =>
  isOfWorkflow(value) &&
  isText(value.source) &&
  isText(value.peer) &&
  isText(value.replicationId) &&
  isVmRef(value.vm) &&
  isMoment(value.since);

export const isTestCopyGone = (value: unknown): value is { replicationId: string } =>
  isMembers(value) && isText(value.replicationId);
