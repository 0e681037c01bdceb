/** What the messages are made of, as the guards look at it. */
import { isMembers, type Members } from './members.js';
import type { NoticeError } from './notice.js';
import type { SlotKind } from './operation.js';
import type { ReplicationSummary } from './replication.js';
import type { Hold } from './report.js';

/** Farther from 1970 no moment can be written: ms [ECMA-262 §21.4.1.1]. */
const MOST = 8.64e15;

export const isText = (value: unknown): value is string => typeof value === 'string';
export const isTextOrNull = (value: unknown): boolean => value === null || isText(value);
export const mayBeText = (value: unknown): boolean => value === undefined || isTextOrNull(value);
/** Temporal refuses ids of workflows that are empty or have more than 1,000 bytes, and these are made of up to two such parts. */
const ID_BYTES = 450;
const bytesAtMost = (text: string): number => text.length + 2 * (text.match(/[\u0080-\uffff]/g)?.length ?? 0);

/** Of a run, a site, a unit or a workflow: whoever is asked about one that can be none is asked for ever. */
export const isId = (value: unknown): value is string =>
  isText(value) && value !== '' && bytesAtMost(value) <= ID_BYTES;
/** Also a number of any other kind. */
export const isMoment = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) <= MOST;
export const mayBeMoment = (value: unknown): boolean => value == null || isMoment(value);
export const isNumberOrNull = (value: unknown): boolean => value == null || isMoment(value);
export const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
export const mayBeTexts = (value: unknown): boolean => value === undefined || areTexts(value);
export const areAll = (value: unknown, isSuch: (one: Members) => boolean): boolean =>
  Array.isArray(value) && value.every((one) => isMembers(one) && isSuch(one));

export const isSlot = (value: unknown): value is SlotKind => value === 'sync' || value === 'cutover';

/** What went wrong, for a person. */
export const isTrouble = (value: unknown): value is Members =>
  isMembers(value) && isText(value.code) && isText(value.message) && mayBeText(value.advice);

export const areWarnings = (value: unknown): boolean => value === undefined || areAll(value, isTrouble);

export const isHold = (value: unknown): value is Hold =>
  isMembers(value) &&
  isText(value.message) &&
  mayBeText(value.advice) &&
  mayBeText(value.code) &&
  mayBeText(value.site);

/** What a workflow reads of it; null where the site does not tell. */
export const isReplicationSummary = (value: unknown): value is ReplicationSummary =>
  isMembers(value) &&
  [value.id, value.recoveryState, value.dataConnectionState, value.overallHealth].every(isText) &&
  [value.vmId, value.vmName, value.sourceSite, value.destinationSite].every(isTextOrNull) &&
  [value.recoveredVappId, value.recoveredVmId, value.mark].every(isTextOrNull) &&
  [value.markedRun, value.destinationOrg, value.unknownState].every(mayBeText) &&
  (value.latestInstance == null ||
    (isMembers(value.latestInstance) &&
      isText(value.latestInstance.key) &&
      isNumberOrNull(value.latestInstance.bytes) &&
      mayBeMoment(value.latestInstance.timestamp))) &&
  (value.destinationVdc == null || (isMembers(value.destinationVdc) && isText(value.destinationVdc.id))) &&
  (value.lastError == null || isTrouble(value.lastError)) &&
  isNumberOrNull(value.progress) &&
  mayBeTexts(value.beside) &&
  (value.members === undefined || areAll(value.members, isMember));

const isMember = ({ id, vmId, vmName, recoveredVmId }: Members): boolean =>
  isText(id) && [vmId, vmName, recoveredVmId].every(isTextOrNull);

const MEANINGS = new Set<unknown>(['fail', 'retry', 'hold']);

export const isNoticeError = (value: unknown): value is NoticeError =>
  isTrouble(value) &&
  MEANINGS.has(value.meaning) &&
  isMembers(value.retry) &&
  [value.retry.initial, value.retry.max, value.retry.for].every(isMoment);

/** Of an operation that is open; null: nothing is in its way. */
export const isOperationTrouble = (value: unknown): boolean =>
  value === null || (isTrouble(value) && isMoment(value.since) && mayBeMoment(value.until));
