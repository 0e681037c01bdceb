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
import { isAuthor } from '../../contract/act.js';
import { isSiteInput } from '../../contract/begin-guards.js';
import {
  isLoginTurnAsked,
  isLoginTurnOver,
  isResume,
  isShare,
  isSiteChange,
  isSlotRequest,
  isSlotReturn,
  isTestCopy,
  isTestCopyGone,
  isUnreachable,
  isWatch,
} from '../../contract/guards.js';
import type { SiteInput } from '../../contract/inputs.js';
import { loginsKey, loginsMemo } from '../../contract/logins.js';
import {
  loginTurnOverSignal,
  loginTurnUpdate,
  reachableSignal,
  releaseSlotSignal,
  requestSlotSignal,
  setSiteUpdate,
  shareSignal,
  siteActsQuery,
  siteAwaySignal,
  siteBrakeQuery,
  siteCarriedQuery,
  siteHeldSignal,
  siteLimitsQuery,
  siteResumeSignal,
  siteShownQuery,
  siteStatusQuery,
  siteUnderWayQuery,
  siteWatchesQuery,
  slotGrantedSignal,
  testCopyGoneSignal,
  testCopySignal,
  unreachableSignal,
  watchSignal,
} from '../../contract/messages.js';
import { iso } from '../../contract/moment.js';
import { runWorkflowId, siteWorkflowId, sweepWorkflowId } from '../../contract/names.js';
import { contractMemo } from '../../contract/number.js';
import type { SiteLimits, SlotRequest } from '../../contract/site.js';
import type { Logins } from '../../plan/types.js';
import { endedSubjects, pollSite, recallSite, siteSettings } from '../activities.js';
import { sweep } from '../drill/sweep.js';
import { SWEEP_MOST } from '../drill/sweeps.js';
import { hear } from '../hear.js';
import { answerActs, handleAct } from '../run/acts.js';
import { Audit } from '../run/audit.js';
import { signalIfOpen } from '../vm/steps/signal-if-open.js';
import { settingInWords } from './setting-in-words.js';
import { SiteState } from './site-state.js';
import { underWay } from './under-way.js';

/** How often it is checked that those for whom something is kept here still run, at most: ms. */
const SUBJECTS_CHECK = 10 * 60_000;
/** Of how many at once. */
const SUBJECTS_AT_ONCE = 1_000;
const SWEEP_INTERVAL = '10 minutes';

/** @throws ApplicationFailure `Malformed` for an input that is none: whoever needs the site begins it anew */
export async function site(input: SiteInput): Promise<void> {
  if (!isSiteInput(input, workflowInfo().workflowId))
    throw ApplicationFailure.nonRetryable('it was begun with what is no input of a site', 'Malformed');
  const state = new SiteState(input.carried);
  let changed = true;
  let reachChanged = false;
  /** what is said before it is known what is the newest otherwise; null: that is known */
  let early: (() => void)[] | null = input.after === undefined ? null : [];
  function change(apply: () => void): void {
    if (early === null) apply();
    else early.push(apply);
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
  hear(shareSignal, isShare, (share) => change(() => state.share(share)));
  hear(siteResumeSignal, isResume, ({ at, logins }) => change(() => state.resume(at, logins)));
  hear(unreachableSignal, isUnreachable, (away) =>
    change(() => {
      reachChanged = state.goneAway(away) || reachChanged;
    }),
  );
  setHandler(reachableSignal, () => change(back));
  hear(testCopySignal, isTestCopy, (copy) => change(() => state.testCopy(copy)));
  hear(testCopyGoneSignal, isTestCopyGone, ({ replicationId }) => change(() => state.testCopyGone(replicationId)));
  const audit = new Audit({ run: siteWorkflowId(input.site), kind: 'site' }, state, false);
  handleAct(audit, setSiteUpdate, {
    about: ({ brake, limits = {} }) => ({
      act: brake === undefined ? 'set' : 'brake',
      target: `site:${input.site}`,
      before: brake === undefined ? pickOf(state.limits, limits) : { brake: state.brake },
    }),
    malformed: (told) => {
      if (!isSiteChange(told) || (told.brake === undefined && told.limits === undefined))
        throw ApplicationFailure.nonRetryable('it is no setting; nothing was done', 'Malformed');
    },
    perform: async (told) => {
      if (early !== null) await condition(() => early === null);
      const said = settingInWords(input.site, told, state);
      const { by, note = null, reference = null } = told;
      const who = isAuthor(by) ? by.actor : 'unknown';
      change(() => state.set(told, { at: iso(Date.now()), by: who, note, reference }));
      return said;
    },
  });
  hear(loginTurnOverSignal, isLoginTurnOver, (over) => change(() => state.logins.over(over)));
  setHandler(
    loginTurnUpdate,
    async ({ by }) => {
      if (early !== null) await condition(() => early === null);
      for (;;) {
        const wait = state.logins.take(by, Date.now());
        if (wait === 0) return state.logins.memory;
        await condition(() => state.logins.isFree, wait);
      }
    },
    {
      validator: (asked: unknown) => {
        if (!isLoginTurnAsked(asked)) throw ApplicationFailure.nonRetryable('it is no turn', 'Malformed');
      },
    },
  );
  answerActs(state, siteActsQuery);
  setHandler(siteShownQuery, () => state.shown(input.site));
  setHandler(siteBrakeQuery, () => (early === null ? (state.brake ? 'on' : 'off') : 'unknown'));
  setHandler(siteWatchesQuery, ({ version, logins }) => state.watchList(version, logins));
  setHandler(siteLimitsQuery, () => state.carried.limits);
  setHandler(siteStatusQuery, () => state.status(input.site));
  setHandler(siteCarriedQuery, () => state.carried);
  setHandler(siteUnderWayQuery, ({ run }) => underWay(state.carried, run));

  const settings = await siteSettings(input.site);
  state.configure(settings, Date.now());
  if (input.after !== undefined) await recall(input.site, input.after, state);
  const since = early ?? [];
  early = null;
  for (const apply of since) apply();
  audit.keepRest();
  const checkEvery = Math.min(settings.selfCheck, SUBJECTS_CHECK);
  const polling = new CancellationScope();
  let stopped = false;
  const polled = polling
    .run(() =>
      Promise.all([
        keepPolling(input.site, state, change, {}),
        keepPollingOthers(input.site, state, change),
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

const pickOf = (limits: SiteLimits, of: Partial<SiteLimits>): Partial<SiteLimits> =>
  Object.fromEntries(Object.entries(limits).filter(([name]) => name in of));

/** Limits, brake and places hold also when somebody has terminated the workflow of the site: what it knew is read from it. */
async function recall(name: string, after: string, state: SiteState): Promise<void> {
  try {
    const known = await recallSite({ site: name, after });
    if (known !== null) state.recall(known);
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.error(
      'what the terminated workflow of the site knew cannot be read: its brake is off, its limits are those of the config',
      {
        site: name,
        error,
      },
    );
  }
}

type Change = (apply: () => void) => void;

async function keepPolling(name: string, state: SiteState, changed: Change, logins: Logins): Promise<void> {
  for (;;) {
    try {
      await condition(() => state.isPollable(logins));
      const polled = await pollSite({ site: name, workflowId: workflowInfo().workflowId, ...loginsMemo(logins) });
      changed(() => state.apply(polled, logins));
      if (state.holdOf(logins) !== null) await tellRuns(name, state, logins);
    } catch (error) {
      // An activity that was told to stop may end in any way.
      if (isCancellation(error) || CancellationScope.current().consideredCancelled) return;
      log.error('polling the site failed in a way that no rule covers; trying again', { site: name, error });
      await sleep('30 seconds');
    }
  }
}

/** Each choice of logins is polled apart: what one of them is refused, or cannot see, is nothing to the others. */
async function keepPollingOthers(name: string, state: SiteState, changed: Change): Promise<void> {
  const polled = new Map<string, Promise<void>>();
  const unpolled = () => state.otherLogins.filter((logins) => !polled.has(loginsKey(logins)));
  try {
    for (;;) {
      await condition(() => unpolled().length > 0);
      for (const logins of unpolled()) polled.set(loginsKey(logins), keepPolling(name, state, changed, logins));
    }
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await Promise.all(polled.values());
  }
}

/** A workflow that was terminated gives nothing back, and nobody tells of its end. */
async function keepChecking(state: SiteState, changed: Change, every: number): Promise<void> {
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

async function tellRuns(name: string, state: SiteState, logins: Logins): Promise<void> {
  const hold = state.holdOf(logins);
  if (hold === null) return;
  for (const run of state.runsWith(logins)) {
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
