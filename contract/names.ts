/**
 * Names that cross process borders: workflow ids, operation ids, types of failures. Types of workflows and names of messages
 * stand beside what they carry, in messages.ts. All are part of the contract with
 * running workflows: changing one orphans what is in flight.
 */
import { pairOf } from './claims.js';

/**
 * Types of activity failures that workflows tell apart. A type is never a site's word: what a site says stands in the details
 * alone, since a code of its own might be one of these.
 */
export const FAILURES = {
  /** a site, or the way to it, said no; details: its code */
  refused: 'SiteRefused',
  /** only a person can go on; details: site, code, message */
  hold: 'Hold',
  /** the operation may not be sent any more, and was not */
  tooLate: 'TooLate',
  /** the operation was not sent by this attempt: what was seen before it is not so any more */
  lookAgain: 'LookAgain',
  /** the operation was not sent by this attempt: a person keeps its site from new work */
  braked: 'Braked',
  /** a hold as well, and its code: the site cannot tell whether an operation arrived */
  undecided: 'Undecided',
  /** an open run has the replication, and nothing was sent; details: as of the others, then that run */
  claimed: 'VmInUse',
} as const;

/** Code of an operation whose effect somebody else has brought about: it is neither used nor undone. */
export const DONE_BY_OTHERS = 'DoneByOthers';

/** Code of a VM that was recovered, and does not run where it is to. */
export const NOT_POWERED_ON = 'NotPoweredOn';

/** Message of a query that was refused so that the workflow is read from its history first; see workflows/bundle/early-events.ts. */
export const READ_ANEW = 'the workflow may have seen events too early; ask again, and it is read from its history';

/** Header of a query to an execution that is known to have ended: it cannot be harmed any more. */
export const HAS_ENDED = 'drover-has-ended';

export const runWorkflowId = (run: string): string => `run/${run}`;

export const runOfWorkflowId = (workflowId: string): string => workflowId.slice(runWorkflowId('').length);

/** @param shard its index */
export const shardWorkflowId = (run: string, shard: number): string => `shard/${run}/${shard}`;

/** Names the VM, not the run, so that Temporal refuses a second run or drill that would touch the VM at once. */
export const vmWorkflowId = (sourceSite: string, vmId: string): string => `vm/${sourceSite}/${vmId}`;

/** Whether it is that of a VM, whatever is done with it. */
export const isVmWorkflowId = (workflowId: string): boolean => workflowId.startsWith('vm/');

/** VCDA's id of the VM; names of sites may hold a slash. */
export const vmOfWorkflowId = (workflowId: string): string => workflowId.slice(workflowId.lastIndexOf('/') + 1);

export const sweepWorkflowId = (site: string): string => `sweep/${site}`;

/** Id of the Temporal Schedule of a drill. */
export const drillScheduleId = (drill: string): string => `drill/${drill}`;

/** Of what holds the id of the store that the workers of a queue share. */
export const storeKeeperId = (taskQueue: string): string => `store/${taskQueue}`;

/** Of the working claims of the VMs between two sites, in whichever order they are named. */
export const claimsWorkflowId = (a: string, b: string): string => `claims/${pairOf(a, b).join('/')}`;

/** Of what removes the replications that a run has kept. */
export const tidyWorkflowId = (run: string): string => `tidy/${run}`;

export const siteWorkflowId = (site: string): string => `site/${site}`;

/** A run's id, also one that a schedule made with a moment in it: it becomes part of workflow ids and of an HTTP header. */
export const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,109}$/;

/**
 * The id that goes out as VCDA's `operationID` header [seed]. One logical operation has one id for ever: `attempt` is the
 * workflow's decision to do the step anew, never an activity's retry.
 */
export const operationId = (run: string, vmId: string, step: string, attempt: number): string =>
  `drover/${run}/${vmId}/${step}/${attempt}`;

/** Whether an operation id is one of Drover's; a site may have ids of operations that are not the header's. */
export const isOwnOperationId = (id: string): boolean => id.startsWith('drover/');

export const attemptOfOperationId = (id: string): number => Number(id.slice(id.lastIndexOf('/') + 1));
