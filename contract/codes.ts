/** Codes of failures that Drover itself finds, as far as more than their message depends on them. See also names.ts. */
import type { VmError } from './report.js';

export const CODES = {
  /** its replication shows a recovery that is complete */
  alreadyRecovered: 'AlreadyRecovered',
  /** what it was to be done to must be recovered, and is not */
  notRecovered: 'NotRecovered',
  /** the window of its cutover closed before that could begin, or be done again */
  windowMissed: 'WindowMissed',
  /** its site lists its replication no more */
  replicationGone: 'ReplicationGone',
  /** it may not be taken over, or is somebody else's by now */
  notOurs: 'ReplicationNotOurs',
  /** a test copy stands there, and VCDA takes one at a time */
  testCopyExists: 'TestCopyExists',
  /** a drill could not remove its test copy */
  testCopyLeft: 'TestCopyLeft',
  /** a drill could not bring it home */
  notHome: 'NotHome',
  /** the plan calls it otherwise than its site */
  nameMismatch: 'NameMismatch',
  /** it is off, and a VM of its name stands where it is to go */
  maybeMoved: 'MaybeMoved',
  /** VCDA sends nothing of it until power-on or a manual sync [doc UG41 GUID-81EE4DE8] */
  sourceOff: 'SourcePoweredOff',
} as const;

const LEFT = new Set<string>([CODES.testCopyLeft, CODES.notHome]);

/** Of a VM that a drill has ended with: what was recovered of it is there still. */
export const isLeftByDrill = (error: VmError | null): boolean => error !== null && LEFT.has(error.code);
