/**
 * The watcher of one site, for all runs and drills: waits for their operations with one polling activity, and gives out
 * the site's slots. It lives as long as Drover does and continues as new, so limits and brake outlive runs.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  setHandler,
  setWorkflowOptions,
  sleep,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import {
  isResume,
  isSlotRequest,
  isSlotReturn,
  isTestCopy,
  isTestCopyGone,
  isUnreachable,
  isWatch,
} from '../../contract/guards.js';
import type { SiteInput } from '../../contract/inputs.js';
import { isMembers } from '../../contract/members.js';
import {
  reachableSignal,
  releaseSlotSignal,
  requestSlotSignal,
  type SlotRequest,
  setSiteUpdate,
  siteAwaySignal,
  siteHeldSignal,
  siteResumeSignal,
  siteStatusQuery,
  siteWatchesQuery,
  slotGrantedSignal,
  testCopyGoneSignal,
  testCopySignal,
  unreachableSignal,
  watchSignal,
} from '../../contract/messages.js';
import { runWorkflowId, sweepWorkflowId } from '../../contract/names.js';
import { contractMemo } from '../../contract/number.js';
import { endedSubjects, pollSite, siteSettings } from '../activities.js';
import { sweep } from '../drill/sweep.js';
import { SWEEP_MOST } from '../drill/sweeps.js';
import { hear } from '../hear.js';
import { signalIfOpen } from '../vm/steps/signal-if-open.js';
import { SiteState } from './site-state.js';

/** How often it is checked that those for whom something is kept here still run, at most: ms. */
const SUBJECTS_CHECK = 10 * 60_000;
/** Of how many at once. */
const SUBJECTS_AT_ONCE = 1_000;
const SWEEP_INTERVAL = '10 minutes';

export async function site(input: SiteInput): Promise<void> {
  const state = new SiteState(input.carried);
  let changed = true;
  let reachChanged = false;
  function change(apply: () => void): void {
    apply();
    changed = true;
  }
  function back(): void {
    reachChanged = state.cameBack() || reachChanged;
  }
  hear(watchSignal, isWatch, (watch) =>
    change(() => {
      state.watch(watch);
      // Whoever hands over an operation has reached the site.
      back();
    }),
  );
  hear(requestSlotSignal, isSlotRequest, (request) => change(() => state.request(request)));
  hear(releaseSlotSignal, isSlotReturn, (slot) => change(() => state.release(slot)));
  hear(siteResumeSignal, isResume, ({ at }) => change(() => state.resume(at)));
  hear(unreachableSignal, isUnreachable, (away) =>
    change(() => {
      reachChanged = state.goneAway(away) || reachChanged;
    }),
  );
  setHandler(reachableSignal, () => change(back));
  hear(testCopySignal, isTestCopy, (copy) => change(() => state.testCopy(copy)));
  hear(testCopyGoneSignal, isTestCopyGone, ({ replicationId }) => change(() => state.testCopyGone(replicationId)));
  setHandler(
    setSiteUpdate,
    (settings) => {
      change(() => state.set(settings));
      return state.status(input.site);
    },
    {
      validator: (settings: unknown) => {
        if (!isMembers(settings))
          throw ApplicationFailure.nonRetryable('it is no setting; nothing was done', 'Malformed');
      },
    },
  );
  setHandler(siteWatchesQuery, ({ version }) => state.watchList(version));
  setHandler(siteStatusQuery, () => state.status(input.site));

  const settings = await siteSettings(input.site);
  state.configure(settings);
  const checkEvery = Math.min(settings.selfCheck, SUBJECTS_CHECK);
  const polling = new CancellationScope();
  let stopped = false;
  const polled = polling
    .run(() =>
      Promise.all([
        keepPolling(input.site, state, change),
        keepSweeping(input.site, state),
        keepChecking(state, change, checkEvery),
      ]),
    )
    .finally(() => {
      stopped = true;
    });

  // Slots are given out while the last poll comes to its end as well.
  while (!stopped) {
    changed = false;
    if (reachChanged) {
      reachChanged = false;
      await tellOfReach(input.site, state);
    }
    await grantSlots(state);
    const due = () => workflowInfo().continueAsNewSuggested;
    await condition(() => changed || stopped || (due() && !polling.consideredCancelled));
    if (due()) polling.cancel();
  }
  await polled;
  await condition(allHandlersFinished);
  await continueAsNew<typeof site>({ site: input.site, carried: state.carried });
}

// A site's workflow never ends, so it moves to new code at once; VMs and runs stay on the build that began them. The server
// refuses a behavior from a worker without versions, which has a build id but no deployment.
setWorkflowOptions(
  () => (workflowInfo().currentDeploymentVersion?.deploymentName ? { versioningBehavior: 'AUTO_UPGRADE' } : {}),
  site,
);

async function keepPolling(name: string, state: SiteState, changed: (apply: () => void) => void): Promise<void> {
  for (;;) {
    try {
      await condition(() => state.isPollable);
      const polled = await pollSite({ site: name, workflowId: workflowInfo().workflowId });
      changed(() => state.apply(polled));
      if (state.hold !== null) await tellRuns(name, state);
    } catch (error) {
      // An activity that was told to stop may end in any way.
      if (isCancellation(error) || CancellationScope.current().consideredCancelled) return;
      log.error('polling the site failed in a way that no rule covers; trying again', { site: name, error });
      await sleep('30 seconds');
    }
  }
}

/** A workflow that was terminated gives nothing back, and nobody tells of its end. */
async function keepChecking(state: SiteState, changed: (apply: () => void) => void, every: number): Promise<void> {
  try {
    for (;;) {
      await condition(() => state.subjects.length > 0);
      await sleep(every);
      const { subjects } = state;
      for (let from = 0; from < subjects.length; from += SUBJECTS_AT_ONCE) {
        const ended = await endedSubjects(subjects.slice(from, from + SUBJECTS_AT_ONCE));
        if (ended.length > 0) changed(() => state.forget(ended));
      }
    }
  } catch (error) {
    if (!isCancellation(error) && !CancellationScope.current().consideredCancelled) throw error;
  }
}

/** While drills have copies here, looks for those that nobody will remove any more. */
async function keepSweeping(name: string, state: SiteState): Promise<void> {
  try {
    for (;;) {
      await condition(() => state.hasCopiesToSweep);
      await sleep(SWEEP_INTERVAL);
      if (state.hasCopiesToSweep) await startSweep(name);
    }
  } catch (error) {
    if (!isCancellation(error)) throw error;
  }
}

async function startSweep(name: string): Promise<void> {
  try {
    await startChild(sweep, {
      workflowId: sweepWorkflowId(name),
      args: [{ site: name }],
      memo: { ...contractMemo },
      parentClosePolicy: 'ABANDON',
      workflowExecutionTimeout: SWEEP_MOST,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

async function tellRuns(name: string, state: SiteState): Promise<void> {
  const { hold } = state;
  if (hold === null) return;
  for (const run of state.runs) {
    await signalIfOpen(getExternalWorkflowHandle(runWorkflowId(run)), siteHeldSignal, {
      site: name,
      ...hold,
    });
  }
}

async function tellOfReach(name: string, state: SiteState): Promise<void> {
  const since = state.away?.at ?? Date.now();
  const news = { site: name, since, message: state.away?.message ?? null };
  for (const run of state.runs) await signalIfOpen(getExternalWorkflowHandle(runWorkflowId(run)), siteAwaySignal, news);
}

async function grantSlots(state: SiteState): Promise<void> {
  await Promise.all(state.grant().map((request) => tellHolder(state, request)));
}

async function tellHolder(state: SiteState, request: SlotRequest): Promise<void> {
  const { run, slot, workflowId } = request;
  const told = await signalIfOpen(getExternalWorkflowHandle(workflowId), slotGrantedSignal, { run, slot });
  if (!told) state.release(request);
}
