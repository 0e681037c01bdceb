/**
 * The activities as workflows call them, with their time-outs. Cancellation is always awaited: by default a cancelled
 * workflow would go on while its activity still runs.
 */
import { proxyActivities, proxyLocalActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import { checksQueue } from '../contract/names.js';

/** Retries are paced by the error table, through the delay that each failure carries; these bound what carries none. */
const retry = { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' } as const;

/** Longer than a settle time and a few calls; a killed worker is noticed by the missing heartbeat. */
export const { submitOperation, adoptOperation, askAboutOperation } = proxyActivities<Activities>({
  startToCloseTimeout: '15 minutes',
  heartbeatTimeout: '10 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry,
});

export const { pollSite } = proxyActivities<Activities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '10 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { ...retry, maximumInterval: '10 seconds' },
});

/** Small questions to sites, where a VM's steps, or a person, wait for the answer: a killed worker must not cost minutes. */
export const {
  earlierRuns,
  inspectSite,
  instanceBefore,
  locateReplication,
  lookForMoved,
  mapTestNetworks,
  movedBefore,
  orgOfVdc,
  powerBefore,
  readReplication,
  readTestNetworks,
  whatStarted,
  whoRecovered,
  whoseTestCopy,
} = proxyActivities<Activities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry,
});

/** Looks that are worth only so much time: nobody waits for the end of one that took longer, and it changes nothing. */
export const { sourcePower, testCopyAt } = proxyActivities<Activities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  cancellationType: 'TRY_CANCEL',
  retry,
});

/** Its own end comes with the check's time, which a drill's schema bounds to a day. */
export const checkVm: Activities['checkVm'] = (input) =>
  proxyActivities<Activities>({
    taskQueue: checksQueue(workflowInfo().taskQueue),
    startToCloseTimeout: '25 hours',
    heartbeatTimeout: '10 seconds',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry,
  }).checkVm(input);

export const { endedSubjects, endedWorkflows } = proxyActivities<Activities>({
  startToCloseTimeout: '2 minutes',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry,
});

/**
 * The store answers within milliseconds or is away: see workflows/evidence/patience.ts for what becomes of those that fail.
 * Only for a unit whose steps are over: what is said to it from then on is kept in its report and changes nothing of what it
 * still does, so that it makes no difference whether the answer comes before a signal or after it.
 */
export const { keepEvidence } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '15 seconds',
  retry: { maximumAttempts: 1 },
});

/**
 * The store for those to whom others speak meanwhile. On replay a local activity may have its answer before a signal that came
 * first when it ran, so what a workflow does next must not depend on signals (TMPRL1100): a run's acts, or a pause that comes
 * right before a cutover.
 */
export const { keepEvidence: keepEvidenceInOrder, movedByStore } = proxyActivities<Activities>({
  startToCloseTimeout: '15 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { maximumAttempts: 1 },
});

/** Ends when the store answers, however long that takes. */
export const { storeAnswers } = proxyActivities<Activities>({
  startToCloseTimeout: '30 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry,
});

/** A person waits for it. */
export const { askStore } = proxyActivities<Activities>({
  startToCloseTimeout: '15 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { maximumAttempts: 2 },
});

/** Questions to the config, or a few calls to Temporal: nothing of them takes long, so that a killed worker is missed soon. */
export const { configuredSites, holderOfVm, openSite, siteSettings, testCopiesLeft } = proxyActivities<Activities>({
  startToCloseTimeout: '30 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry,
});
