/**
 * Whether what a workflow is told is the message that it should be: anybody with access to the namespace can send anything
 * under its name. By hand, since a workflow has no library for it. Only what would do harm is looked at.
 */
import type { Logins } from '../plan/types.js';
import type { Scope, Validity } from './act.js';
import { VM_CHANGES, type VmChange } from './amend.js';
import type { ClaimRequest, ClaimsOver, ClaimsWord, MoreNames } from './claims.js';
import {
  areAll,
  areTexts,
  areWarnings,
  isHold,
  isId,
  isMoment,
  isNoticeError,
  isOperationTrouble,
  isReplicationSummary,
  isSlot,
  isText,
  isTextOrNull,
  mayBeMoment,
} from './guard-parts.js';
import { isMemory, isVmReport, VM_STATES } from './guard-unit.js';
import type { CarriedLogins, LoginTurnAsked, LoginTurnOver, RefusedLogin } from './login-turn.js';
import { areLogins } from './logins.js';
import { isMembers, type Members } from './members.js';
import type { Proceed, UnitHeld } from './messages.js';
import { isVmWorkflowId } from './names.js';
import type { Notice, OperationTrouble } from './notice.js';
import type { SlotKind } from './operation.js';
import type { TestCopy } from './questions.js';
import type { Hold } from './report.js';
import type { SetRun, Share } from './run-settings.js';
import type { Piece, ShardHeld, ShardOrders, ShardWord } from './shard.js';
import { PRIORITIES, PURPOSES, type SiteChange, type SiteLimits, type SlotRequest } from './site.js';
import type { Orders, UnitWord } from './unit.js';
import type { SiteHold, Watch } from './watch.js';

/** A report of the unit that the message is about. */
const isReportOf = ({ unit, report }: Members): boolean => isVmReport(report) && report.id === unit;

const isOfUnit = (value: unknown): value is Members => isMembers(value) && isId(value.run) && isId(value.unit);

export const isUnitWord = (value: unknown): value is UnitWord =>
  isOfUnit(value) &&
  isMoment(value.revision) &&
  isReportOf(value) &&
  (value.memory === null || isMemory(value.memory)) &&
  (value.left === undefined || isMemory(value.left)) &&
  (value.claimedBy === null || isId(value.claimedBy)) &&
  (value.isQueued === undefined || value.isQueued === true) &&
  typeof value.kept === 'boolean';

export const isUnitReady = (value: unknown): value is Pick<UnitWord, 'run' | 'unit' | 'revision' | 'report'> =>
  isOfUnit(value) && isMoment(value.revision) && isReportOf(value);

export const isUnitHeld = (value: unknown): value is UnitHeld =>
  isOfUnit(value) &&
  isHold(value.hold) &&
  isMoment(value.askedAt) &&
  (value.isAlone === undefined || value.isAlone === true);

export const isUnitNamed = (value: unknown): value is { run: string; unit: string; name: string } =>
  isOfUnit(value) && isText(value.name);

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
  (value.leaves === undefined || value.leaves === true) &&
  (value.window === undefined || isWindow(value.window)) &&
  (value.notAfter === null || isMoment(value.notAfter));

export const isNotice = (value: unknown): value is Notice =>
  isMembers(value) &&
  isText(value.operationId) &&
  (value.phase === 'task' || value.phase === 'sync') &&
  typeof value.ok === 'boolean' &&
  isMoment(value.at) &&
  isTextOrNull(value.taskId) &&
  isTextOrNull(value.replicationId) &&
  mayBeMoment(value.endedAt) &&
  areWarnings(value.warnings) &&
  (value.replication === null || isReplicationSummary(value.replication)) &&
  (value.error === null || isNoticeError(value.error));

export const isTrouble = (value: unknown): value is OperationTrouble =>
  isMembers(value) &&
  isText(value.operationId) &&
  (value.phase === 'task' || value.phase === 'sync') &&
  isOperationTrouble(value.trouble);

export const isGrant = (value: unknown): value is { run: string; slot: SlotKind } =>
  isMembers(value) && isText(value.run) && isSlot(value.slot);

export const isProceed = (value: unknown): value is { run: string; unit: string; proceed: Proceed } =>
  isOfUnit(value) &&
  isMembers(value.proceed) &&
  (value.proceed.to === 'clean-up' || (value.proceed.to === 'recover' && isMoment(value.proceed.triggeredAt)));

/* ── what a run and its shards tell each other ───────────────────────────── */

const isOfShard = (value: unknown): value is Members => isMembers(value) && isText(value.run) && isMoment(value.shard);

const isCount = (value: unknown): value is number => isMoment(value) && value >= 0;

/** Of a site: what took none would be served without end. */
const isPlaces = (value: unknown): boolean => isCount(value) && value >= 1;

const areNumbered = (value: unknown): value is Members[] =>
  Array.isArray(value) && value.every((one) => isMembers(one) && isMoment(one.number));

const isGroup = (value: unknown): boolean =>
  isMembers(value) && isCount(value.count) && Array.isArray(value.names) && value.names.every(isText);

const areAnswers = (value: unknown): boolean =>
  areNumbered(value) &&
  value.every(
    ({ done, asked, found, standing, left, refused }) =>
      isGroup(done) &&
      isGroup(asked) &&
      (left === undefined || isGroup(left)) &&
      mayBeText(refused) &&
      (standing === undefined || (isMembers(standing) && Object.values(standing).every(isCount))) &&
      (found === undefined ||
        areAll(found, (one) => isText(one.id) && (one.after === undefined || areTexts(one.after)))),
  );

const ACTS = new Set<unknown>([
  'approve',
  'cancel',
  'change',
  'find',
  'judge',
  'move',
  'remove',
  'retry',
  'skip',
  'undo',
]);

const areActs = (value: unknown): boolean =>
  areNumbered(value) &&
  value.every(
    ({ act, scope, change, to, after }) =>
      ACTS.has(act) &&
      isScope(scope) &&
      (change === undefined || isVmChange(change)) &&
      (to === undefined || isCount(to)) &&
      (after === undefined || areTexts(after)),
  );

/** What a person changes of a VM: something. */
export const isVmChange = (value: unknown): value is VmChange =>
  hasSome(value, ...VM_CHANGES) &&
  [value.network, value.address, value.storageProfile].every(
    (one) => one === undefined || (isText(one) && one !== ''),
  ) &&
  (value.address === undefined || /^[\da-f:.]+$/i.test(value.address as string)) &&
  (value.powerOn === undefined || value.powerOn === 'asSource' || typeof value.powerOn === 'boolean');

const mayBeText = (value: unknown): boolean => value === undefined || isText(value);

/** Whom a person means. */
export const isScope = (value: unknown): value is Scope =>
  isMembers(value) && mayBeText(value.vm) && mayBeText(value.wave);

/** What every act of a person carries, whatever it does. */
export const isTold = (value: unknown): value is Scope & Validity =>
  isScope(value) &&
  mayBeText((value as Members).note) &&
  mayBeText((value as Members).reference) &&
  mayBeText((value as Members).reason) &&
  ((value as Members).validUntil === undefined || isMoment((value as Members).validUntil));

const STOP_AFTER = new Set(['count', 'percent', 'sameCode']);

const isStopAfter = (value: unknown): boolean =>
  value === null ||
  (isMembers(value) &&
    Object.keys(value).length > 0 &&
    Object.entries(value).every(([name, most]) => STOP_AFTER.has(name) && isMoment(most) && most > 0));

const isInstant = (value: unknown): value is string =>
  isText(value) && /(Z|[+-]\d\d:\d\d)$/.test(value) && Number.isFinite(Date.parse(value));

const mayBeInstant = (value: unknown): boolean => value === undefined || isInstant(value);

const areShares = (value: unknown): boolean =>
  isMembers(value) && mayBeWhole(value.syncs) && mayBeWhole(value.cutovers);

const hasSome = (value: unknown, ...names: string[]): value is Members =>
  isMembers(value) && names.some((name) => value[name] !== undefined);

const mayBePriority = (value: unknown): boolean => value === undefined || PRIORITIES.some((one) => one === value);

/** What a person sets of a run: something. */
export const isSetRun = (value: unknown): value is SetRun =>
  isTold(value) &&
  isMembers(value) &&
  ['window', 'limits', 'stopAfter', 'priority'].some((name) => value[name] !== undefined) &&
  mayBePriority(value.priority) &&
  (value.window === undefined ||
    (hasSome(value.window, 'opens', 'closes') &&
      (value.window.opens === 'now' || mayBeInstant(value.window.opens)) &&
      mayBeInstant(value.window.closes))) &&
  (value.limits === undefined || (hasSome(value.limits, 'syncs', 'cutovers') && areShares(value.limits))) &&
  (value.stopAfter === undefined || isStopAfter(value.stopAfter));

const isWindow = (value: unknown): boolean => isMembers(value) && isInstant(value.opens) && isInstant(value.closes);

const areSettings = (value: unknown): boolean =>
  isMembers(value) &&
  (value.window === undefined || isWindow(value.window)) &&
  (value.limits === undefined || areShares(value.limits)) &&
  mayBePriority(value.priority) &&
  (value.stopAfter === undefined || isStopAfter(value.stopAfter));

export const isShare = (value: unknown): value is Share =>
  isMembers(value) &&
  isText(value.run) &&
  isMoment(value.at) &&
  value.syncs !== undefined &&
  value.cutovers !== undefined &&
  mayBePriority(value.priority) &&
  areShares(value);

const areOutcomes = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => isVmRef(one) && VM_STATES.has(one.state) && Array.isArray(one.by));

const areCounts = (value: unknown): boolean => Array.isArray(value) && value.every(isCount);

const areHooks = (value: unknown): boolean =>
  isMembers(value) &&
  (value.passed === null || areCounts(value.passed)) &&
  areAll(value.refused, (one) => isCount(one.at) && isHold(one));

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
  (value.set === undefined || areSettings(value.set)) &&
  (value.hooks === undefined || areHooks(value.hooks)) &&
  areOutcomes(value.outcomes) &&
  areActs(value.acts);

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
  (value.asks === undefined || areCounts(value.asks)) &&
  Array.isArray(value.unfinished) &&
  value.unfinished.every((one) => Array.isArray(one) && one.every(isCount)) &&
  Array.isArray(value.ends) &&
  value.ends.every((one) => isVmRef(one) && isMoment(one.number) && isMoment(one.at) && isTextOrNull(one.code)) &&
  areOutcomes(value.outcomes) &&
  areAnswers(value.answers) &&
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

export const isPlannedVm = (value: unknown): boolean =>
  isVmRef(value) && Array.isArray(value.after) && value.after.every(isText);

/* ── what a site is told ─────────────────────────────────────────────────── */

const isVmRef = (value: unknown): value is Members => isMembers(value) && isText(value.id) && isText(value.name);

const isOfWorkflow = (value: unknown): value is Members =>
  isMembers(value) && isId(value.workflowId) && isId(value.run);

export const isWatch = (value: unknown): value is Watch =>
  isOfWorkflow(value) &&
  isText(value.operationId) &&
  isText(value.kind) &&
  isId(value.peer) &&
  areLogins(value.logins) &&
  isVmRef(value.vm) &&
  isTextOrNull(value.taskId) &&
  isTextOrNull(value.replicationId) &&
  (value.phase === 'task' || value.phase === 'sync') &&
  (value.until === 'task' || value.until === 'synced') &&
  (value.slot === null || isSlot(value.slot)) &&
  (value.places === undefined || isPlaces(value.places)) &&
  (value.next === undefined || isSlotRequest(value.next)) &&
  mayBeText(value.newOwner) &&
  isMoment(value.since) &&
  (value.seen === undefined || isMembers(value.seen));

export const isSlotRequest = (value: unknown): value is SlotRequest =>
  isOfWorkflow(value) &&
  isSlot(value.slot) &&
  isVmRef(value.vm) &&
  (value.share === null || isMoment(value.share)) &&
  mayBePriority(value.priority) &&
  (value.purpose === undefined || PURPOSES.some((one) => one === value.purpose)) &&
  (value.syncs === undefined || value.syncs === true) &&
  (value.places === undefined || isPlaces(value.places));

export const isSlotReturn = (value: unknown): value is { slot: SlotKind; workflowId: string } =>
  isMembers(value) && isSlot(value.slot) && isText(value.workflowId);

export const isResume = (value: unknown): value is { at: number; logins?: Logins } =>
  isMembers(value) && isMoment(value.at) && areLogins(value.logins);

export const isLoginTurnAsked = (value: unknown): value is LoginTurnAsked => isMembers(value) && isText(value.by);

const isRefusedLogin = (value: unknown): value is RefusedLogin =>
  isMembers(value) &&
  isMoment(value.mark) &&
  isMoment(value.at) &&
  isMoment(value.after) &&
  (value.status === null || isMoment(value.status)) &&
  isText(value.detail);

/** What a site's workflow hands over to the next. */
export const isCarriedLogins = (value: unknown): value is CarriedLogins =>
  isMembers(value) &&
  isTextOrNull(value.salt) &&
  areAll(value.refused, isRefusedLogin) &&
  (value.turn === null || (isMembers(value.turn) && isText(value.turn.by) && isMoment(value.turn.until)));

export const isLoginTurnOver = (value: unknown): value is LoginTurnOver =>
  isLoginTurnAsked(value) &&
  'outcome' in value &&
  (value.outcome === null ||
    (isMembers(value.outcome) &&
      isText(value.outcome.salt) &&
      isMoment(value.outcome.mark) &&
      (value.outcome.refused === null || isRefusedLogin(value.outcome.refused))));

export const isUnreachable = (value: unknown): value is { at: number; message: string } =>
  isMembers(value) && isMoment(value.at) && isText(value.message);

export const isTestCopy = (value: unknown): value is TestCopy =>
  isOfWorkflow(value) &&
  // Whoever removes it is begun under this id.
  isText(value.workflowId) &&
  isVmWorkflowId(value.workflowId) &&
  isId(value.source) &&
  isId(value.peer) &&
  areLogins(value.logins) &&
  isText(value.replicationId) &&
  isVmRef(value.vm) &&
  isMoment(value.since);

export const isTestCopyGone = (value: unknown): value is { replicationId: string } =>
  isMembers(value) && isText(value.replicationId);

const mayBeLimit = (value: unknown): boolean => value == null || (isMoment(value) && value > 0);
const mayBeWhole = (value: unknown): boolean => value == null || (Number.isInteger(value) && mayBeLimit(value));

/** Limits that a person sets; null: the config's again. */
export const areSiteLimits = (value: unknown): value is Partial<SiteLimits> =>
  isMembers(value) && mayBeWhole(value.syncs) && mayBeWhole(value.cutovers) && mayBeLimit(value.requestsPerSecond);

export const isSiteChange = (value: unknown): value is SiteChange =>
  isTold(value) &&
  isMembers(value) &&
  (value.brake === undefined || typeof value.brake === 'boolean') &&
  (value.limits === undefined || areSiteLimits(value.limits));

/* ── what is said of claims ──────────────────────────────────────────────── */

const isOneOver = ({ unit, revision }: Members): boolean => isId(unit) && isMoment(revision);

export const isClaimant = (value: unknown): value is Members =>
  isMembers(value) && isId(value.run) && isId(value.parent) && isId(value.source);

export const areUnitClaims = (value: unknown): boolean => areAll(value, (one) => isOneOver(one) && areTexts(one.also));

export const isClaimRequest = (value: unknown): value is ClaimRequest =>
  isClaimant(value) &&
  Array.isArray(value.groups) &&
  value.groups.every(areUnitClaims) &&
  areAll(value.over, isOneOver);

export const isClaimsOver = (value: unknown): value is ClaimsOver =>
  isMembers(value) &&
  isText(value.run) &&
  isText(value.parent) &&
  (value.over === 'all' || areAll(value.over, isOneOver));

export const isMoreNames = (value: unknown): value is { claims: MoreNames[] } =>
  isMembers(value) &&
  areAll(
    value.claims,
    (one) =>
      isId(one.run) &&
      isId(one.unit) &&
      areTexts(one.also) &&
      (one.unsent === null || (isClaimant(one.unsent) && isMoment(one.unsent.revision))),
  );

export const isClaimsWord = (value: unknown): value is ClaimsWord =>
  isMembers(value) &&
  isText(value.run) &&
  areAll(value.granted, isOneOver) &&
  areAll(value.waiting, ({ unit, by }) => isText(unit) && isText(by)) &&
  areAll(value.awaited, isOneOver);
