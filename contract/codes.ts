/** Codes of failures that Drover itself finds, as far as more than their message depends on them. See also names.ts. */
import type { VmError, VmReport } from './report.js';

export const CODES = {
  /** its replication shows a recovery that is complete */
  alreadyRecovered: 'AlreadyRecovered',
  /** what it was to be done to must be recovered, and is not */
  notRecovered: 'NotRecovered',
  /** the window of its cutover closed before that could begin, or be done again */
  windowMissed: 'WindowMissed',
  /** its site lists its replication no more */
  replicationGone: 'ReplicationGone',
  /** its replication is in error, whatever the site calls it */
  replicationError: 'ReplicationError',
  /** what its replication holds is older than it should be */
  rpoMissed: 'RpoMissed',
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
  /** it was skipped, since an earlier run has migrated it */
  alreadyMigrated: 'AlreadyMigrated',
  /** it was skipped, since a person said so */
  removedByPerson: 'RemovedByPerson',
  skippedByPerson: 'SkippedByPerson',
  /** it is off, and a VM of its name stands where it is to go */
  maybeMoved: 'MaybeMoved',
  /** VCDA sends nothing of it until power-on or a manual sync [doc UG41 GUID-81EE4DE8] */
  sourceOff: 'SourcePoweredOff',
  /** its copy has sent no byte for long */
  copyStalled: 'CopyStalled',
  /** a hook before it was not answered well, or could not be sent */
  hookFailed: 'HookFailed',
  /** somebody has paused its replication, which sends nothing */
  replicationPaused: 'ReplicationPaused',
  /** a vApp has other VMs than its run was started with */
  vappChanged: 'VappChanged',
} as const;

/** Of copies that send nothing: they take nothing of what a site's limit of syncs is there to save. */
export const SENDS_NOTHING: ReadonlySet<string> = new Set([CODES.copyStalled, CODES.replicationPaused]);

/** An earlier run has migrated it. A code that came with an operation is a site's word, whatever it says. */
export const isMovedBefore = ({ error }: Pick<VmReport, 'error'>): boolean =>
  error?.code === CODES.alreadyMigrated && error.operation === null;

/** A person has taken it out before it had begun: it is no part of what its run is to do any more. */
export const isRemoved = ({ state, error }: Pick<VmReport, 'state' | 'error'>): boolean =>
  state === 'skipped' && error?.code === CODES.removedByPerson && error.operation === null;

/** A person has left it out, or taken it out. */
export const isLeftOut = (vm: Pick<VmReport, 'state' | 'error'>): boolean =>
  isRemoved(vm) || (vm.state === 'skipped' && vm.error?.code === CODES.skippedByPerson && vm.error.operation === null);

const LEFT = new Set<string>([CODES.testCopyLeft, CODES.notHome]);

/** Of a VM that a drill has ended with: what was recovered of it is there still. */
export const isLeftByDrill = (error: VmError | null): boolean => error !== null && LEFT.has(error.code);
