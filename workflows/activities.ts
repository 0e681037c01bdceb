/**
 * The activities as workflows call them, with their time-outs and queues: what asks a site waits where only workers take it
 * that know the site, and everything else where the runs are. Cancellation is always awaited: by default a cancelled workflow
 * would go on while its activity still runs.
 */
import { type ActivityOptions, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import { atCoordination, atPairs, atSites, checksOfPairs } from './queued.js';

/** Retries are paced by the error table, through the delay that each failure carries; these bound what carries none. */
const retry = { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' } as const;

/** Longer than a settle time and a few calls; a killed worker is noticed by the missing heartbeat. */
const operations: ActivityOptions = {
  startToCloseTimeout: '15 minutes',
  heartbeatTimeout: '10 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry,
};

export const { submitOperation, adoptOperation } = atPairs<'submitOperation' | 'adoptOperation'>(
  operations,
  ({ site, peer }) => [site, peer],
);

export const { askAboutOperation } = atPairs<'askAboutOperation'>(operations, ({ site, watch }) => [site, watch.peer]);

export const { pollSite } = atSites<'pollSite'>(
  {
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout: '10 seconds',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry: { ...retry, maximumInterval: '10 seconds' },
  },
  ({ site }) => site,
  ({ logins = {} }) => Object.keys(logins),
);

/** Small questions to sites, where a VM's steps, or a person, wait for the answer: a killed worker must not cost minutes. */
const questions: ActivityOptions = {
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry,
};

export const { inspectSite } = atSites<'inspectSite'>(
  questions,
  ({ site }) => site,
  ({ peers }) => peers,
);

export const {
  instanceBefore,
  mapTestNetworks,
  orgOfVdc,
  readReplication,
  readTestNetworks,
  whatStarted,
  whoRecovered,
  whoseTestCopy,
} = atPairs<
  | 'instanceBefore'
  | 'mapTestNetworks'
  | 'orgOfVdc'
  | 'readReplication'
  | 'readTestNetworks'
  | 'whatStarted'
  | 'whoRecovered'
  | 'whoseTestCopy'
>(questions, ({ site, peer }) => [site, peer]);

export const { locateReplication, lookForMoved } = atPairs<'locateReplication' | 'lookForMoved'>(
  questions,
  ({ source, destination }) => [source, destination],
);

/** A person waits for it: what a site does not answer in a few tries is told. */
export const { checkVms } = atPairs<'checkVms'>(
  { ...questions, startToCloseTimeout: '10 minutes', retry: { ...retry, maximumAttempts: 3 } },
  ({ source, destination }) => [source, destination],
);

export const { listInventory, listReplications } = atSites<'listInventory' | 'listReplications'>(
  { ...questions, startToCloseTimeout: '10 minutes', retry: { ...retry, maximumAttempts: 3 } },
  ({ site }) => site,
);

/** Of what Temporal and the store know. */
export const { earlierRuns, movedBefore, powerBefore } = atCoordination<'earlierRuns' | 'movedBefore' | 'powerBefore'>(
  questions,
);

/** It may ask two sites, and the first one twice; what it has asked by then nobody needs who has given it up. */
export const { lookBeforeCutover } = atPairs<'lookBeforeCutover'>(
  { ...questions, startToCloseTimeout: '4 minutes', cancellationType: 'TRY_CANCEL' },
  ({ copy: { site, peer } }) => [site, peer],
);

/** Looks that are worth only so much time: nobody waits for the end of one that took longer, and it changes nothing. */
const looks: ActivityOptions = { ...questions, cancellationType: 'TRY_CANCEL' };

export const { testCopyAt, vappMembers } = atSites<'testCopyAt' | 'vappMembers'>(looks, ({ site }) => site);

/** Of a VM, and of what it was recovered from. */
export const { sourcePower } = atPairs<'sourcePower'>(looks, ({ site, source }) => [site, source?.site ?? site]);

/** Asked again in a while: one that a site does not answer is given up. */
export const { lookAtCopies } = atPairs<'lookAtCopies'>(
  { ...looks, retry: { ...retry, maximumAttempts: 3 } },
  ({ site, peer }) => [site, peer],
);

/** Its own end comes with the check's time, which a drill's schema bounds to a day. */
export const { checkVm } = checksOfPairs<'checkVm'>(
  {
    startToCloseTimeout: '25 hours',
    heartbeatTimeout: '10 seconds',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry,
  },
  ({ site, peer }) => [site, peer],
);

/** Its schema bounds one answer to an hour. How often it is sent, and when, it decides itself. */
export const { callHook } = checksOfPairs<'callHook'>(
  {
    startToCloseTimeout: '2 hours',
    heartbeatTimeout: '10 seconds',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry,
  },
  ({ source, destination }) => [source, destination],
);

/** Of what Temporal and the store know of many claims: it may take a while, and units wait for it. */
export const { claimUnits, openClaims } = atCoordination<'claimUnits' | 'openClaims'>(questions);

export const { claimStandings, endedHolders, endedSubjects, endedWorkflows, vmsOfRun } = atCoordination<
  'claimStandings' | 'endedHolders' | 'endedSubjects' | 'endedWorkflows' | 'vmsOfRun'
>(questions);

/**
 * The store answers within milliseconds or is away: see workflows/evidence/patience.ts for what becomes of those that fail.
 * Only for a unit whose steps are over: what is said to it from then on is kept in its report and changes nothing of what it
 * still does, so that it makes no difference whether the answer comes before a signal or after it.
 */
export const { keepEvidence, leaveWord } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '15 seconds',
  retry: { maximumAttempts: 1 },
});

/**
 * The store for those to whom others speak meanwhile. On replay a local activity may have its answer before a signal that came
 * first when it ran, so what a workflow does next must not depend on signals (TMPRL1100): a run's acts, or a pause that comes
 * right before a cutover.
 */
export const { keepEvidence: keepEvidenceInOrder, movedByStore } = atCoordination<'keepEvidence' | 'movedByStore'>({
  startToCloseTimeout: '15 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { maximumAttempts: 1 },
});

/** Reads a workflow from its history. What cannot be read now can no more be read later, and whoever asks must go on. */
export const { recallSite } = atCoordination<'recallSite'>({
  startToCloseTimeout: '30 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { ...retry, maximumInterval: '10 seconds', maximumAttempts: 8 },
});

/** Ends when the store answers, however long that takes. */
export const { storeAnswers } = atCoordination<'storeAnswers'>({
  startToCloseTimeout: '30 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry,
});

/** A person waits for it. */
export const { askStore } = atCoordination<'askStore'>({
  startToCloseTimeout: '15 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { maximumAttempts: 2 },
});

/** Nothing waits for it but what it is told to. */
export const { cutoverLengths } = atCoordination<'cutoverLengths'>({
  startToCloseTimeout: '15 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { maximumAttempts: 2 },
});

/** A person waits for it. */
export const { brakedSites } = atCoordination<'brakedSites'>({
  scheduleToCloseTimeout: '8 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { maximumAttempts: 1 },
});

/** Questions to the config, or a few calls to Temporal: nothing of them takes long, so that a killed worker is missed soon. */
const small: ActivityOptions = {
  startToCloseTimeout: '30 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry,
};

export const { configuredSites, holderOfVm, openSite, testCopiesLeft, tidyLater } = atCoordination<
  'configuredSites' | 'holderOfVm' | 'openSite' | 'testCopiesLeft' | 'tidyLater'
>(small);

export const { siteSettings } = atSites<'siteSettings'>(small, (site) => site);

/** As {@link siteSettings}, for so long. @param within ms; null: for as long as it takes */
export const siteSettingsWithin = (within: number | null): Pick<Activities, 'siteSettings'> =>
  atSites<'siteSettings'>({ ...small, ...(within === null ? {} : { scheduleToCloseTimeout: within }) }, (site) => site);
