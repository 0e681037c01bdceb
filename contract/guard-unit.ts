/** What a unit says of itself, as the guards look at it: its run keeps it, counts it and carries it on, so all of it is looked at. */
import {
  areAll,
  areTexts,
  areWarnings,
  isHold,
  isMoment,
  isNumberOrNull,
  isText,
  isTextOrNull,
  isTrouble,
  mayBeMoment,
  mayBeText,
  mayBeTexts,
} from './guard-parts.js';
import { isMembers, type Members } from './members.js';
import type { VmReport } from './report.js';
import type { UnitMemory } from './unit.js';

export const VM_STATES = new Set<unknown>(['waiting', 'running', 'succeeded', 'failed', 'cancelled', 'skipped']);

const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';

/* ── its report ──────────────────────────────────────────────────────────── */

const isError = (value: unknown): boolean =>
  isTrouble(value) && [value.operation, value.taskId, value.site].every(mayBeText);

const isRetrying = (value: unknown): boolean =>
  isTrouble(value) && isText(value.since) && isNumberOrNull(value.tries) && mayBeText(value.until);

const isSource = (value: unknown): boolean =>
  isMembers(value) && ['power', 'since', 'known', 'before'].every((name) => isText(value[name]));

const isCopy = (value: unknown): boolean =>
  isMembers(value) &&
  isNumberOrNull(value.lagSeconds) &&
  isText(value.seenAt) &&
  (value.delta === undefined || (isMembers(value.delta) && [value.delta.bytes, value.delta.seconds].every(isMoment)));

const isProgress = (value: unknown): boolean =>
  isMembers(value) &&
  [value.percent, value.bytes, value.bytesTotal, value.rate, value.etaSeconds].every(isNumberOrNull) &&
  isText(value.seenAt);

const isCut = (value: unknown): boolean => isMembers(value) && isMoment(value.operations) && isMoment(value.warnings);

const isOperation = (one: Members): boolean =>
  isText(one.kind) &&
  isText(one.operationId) &&
  isTextOrNull(one.taskId) &&
  isFlag(one.adopted) &&
  isText(one.submittedAt) &&
  isTextOrNull(one.finishedAt) &&
  (one.result === null || one.result === 'succeeded' || one.result === 'failed') &&
  [one.site, one.owner].every(mayBeText) &&
  isNumberOrNull(one.bytes) &&
  areWarnings(one.warnings) &&
  (one.error == null || isMembers(one.error));

const isHook = (one: Members): boolean =>
  [one.event, one.url, one.key, one.at, one.finishedAt, one.result, one.rule].every(isText) &&
  mayBeText(one.wave) &&
  isMoment(one.attempts) &&
  isTextOrNull(one.error);

const isCheck = ({ name, ok, detail, advice, attempts, startedAt, finishedAt }: Members): boolean =>
  [name, detail, startedAt, finishedAt].every(isText) && isFlag(ok) && mayBeText(advice) && isMoment(attempts);

const isMember = ({ id, name, replicationId, recoveredAs, power }: Members): boolean =>
  isText(id) && isText(name) && isTextOrNull(replicationId) && [recoveredAs, power].every(mayBeText);

export const isVmReport = (value: unknown): value is VmReport =>
  isMembers(value) &&
  [value.id, value.name, value.wave, value.step].every(isText) &&
  (value.vms === undefined || areAll(value.vms, isMember)) &&
  VM_STATES.has(value.state) &&
  [value.waitingFor, value.replicationId, value.startedAt, value.finishedAt].every(isTextOrNull) &&
  [value.downSince, value.undoneBy, value.asOf, value.copiedAt, value.stepSince].every(mayBeText) &&
  [value.waitingSince, value.waitingUntil, value.waitingOn].every(mayBeText) &&
  [value.outageSeconds, value.rtoSeconds, value.rpoSeconds, value.rpoUncertaintySeconds].every(isNumberOrNull) &&
  mayBeTexts(value.notes) &&
  mayBeTexts(value.recoveredAs) &&
  (value.source === undefined || isSource(value.source)) &&
  (value.copy === undefined || isCopy(value.copy)) &&
  (value.progress === undefined || isProgress(value.progress)) &&
  (value.cut === undefined || isCut(value.cut)) &&
  (value.networks === undefined || areAll(value.networks, ({ from, names }) => isText(from) && areTexts(names))) &&
  areAll(value.operations, isOperation) &&
  areAll(value.checks, isCheck) &&
  (value.hooks === undefined || areAll(value.hooks, isHook)) &&
  (value.hold == null || isHold(value.hold)) &&
  (value.retrying == null || isRetrying(value.retrying)) &&
  (value.error === null || isError(value.error));

/* ── what it leaves for its next workflow ────────────────────────────────── */

const isClock = (value: unknown): boolean => isMembers(value) && isMoment(value.least) && isMoment(value.most);

const isLeft = (value: unknown): boolean => isMembers(value) && isText(value.power) && isTextOrNull(value.downSince);

const isEarlier = (value: unknown): boolean =>
  isMembers(value) &&
  areTexts(value.replicationIds) &&
  areTexts(value.vmIds) &&
  (value.left == null || isLeft(value.left));

const isSubmitted = (value: unknown): boolean =>
  isMembers(value) &&
  isTextOrNull(value.taskId) &&
  isTextOrNull(value.replicationId) &&
  isFlag(value.adopted) &&
  isFlag(value.preexisting) &&
  isMoment(value.submittedAt) &&
  (value.clock == null || isClock(value.clock)) &&
  [value.mark, value.vmName].every(mayBeText) &&
  (value.adoption === undefined || (isMembers(value.adoption) && isText(value.adoption.owner))) &&
  mayBeTexts(value.beside);

const isBegun = (value: unknown): boolean =>
  isMembers(value) &&
  isText(value.operationId) &&
  isSubmitted(value.submitted) &&
  isFlag(value.isConfirmed) &&
  mayBeText(value.org);

export const isMemory = (value: unknown): value is UnitMemory =>
  isMembers(value) &&
  isMembers(value.numbers) &&
  Object.values(value.numbers).every(isMoment) &&
  isText(value.site) &&
  isText(value.peer) &&
  [value.towards, value.vdc].every(mayBeText) &&
  isTextOrNull(value.vmIdNow) &&
  mayBeMoment(value.syncedAt) &&
  isMembers(value.clocks) &&
  Object.values(value.clocks).every(isClock) &&
  (value.earlier === null || isEarlier(value.earlier)) &&
  (value.begun === null || isBegun(value.begun)) &&
  (value.marks === null || areTexts(value.marks));
