/**
 * The watcher of one site, for all runs and drills: waits for their operations with one polling activity, and gives out
 * the site's slots. It lives as long as Drover does and continues as new, so limits and brake outlive runs.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
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
  awaySignal,
  backSignal,
  releaseSlotSignal,
  requestSlotSignal,
  type SiteInput,
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
  watchSignal,
} from '../../contract/messages.js';
import { runWorkflowId, sweepWorkflowId } from '../../contract/names.js';
import { endedWorkflows, pollSite, siteSettings } from '../activities.js';
import { sweep } from '../drill/sweep.js';
import { signalIfOpen } from '../vm/steps/signal-if-open.js';
import { SiteBook } from './site-state.js';

/** How often it is checked that whoever holds a slot still runs. */
const HOLDERS_CHECK = '10 minutes';
const SWEEP_INTERVAL = '10 minutes';

export async function site(input: SiteInput): Promise<void> {
  const book = new SiteBook(input.carried);
  let changed = true;
  let reachChanged = false;
  const change = (apply: () => void): void => {
    apply();
    changed = true;
  };
  const back = (): void => {
    reachChanged = book.cameBack() || reachChanged;
  };
  setHandler(watchSignal, (watch) =>
    change(() => {
      book.watch(watch);
      // Whoever hands over an operation has reached the site.
      back();
    }),
  );
  setHandler(requestSlotSignal, (request) => change(() => book.request(request)));
  setHandler(releaseSlotSignal, (slot) => change(() => book.release(slot)));
  setHandler(siteResumeSignal, ({ at }) => change(() => book.resume(at)));
  setHandler(awaySignal, (away) =>
    change(() => {
      reachChanged = book.goneAway(away) || reachChanged;
    }),
  );
  setHandler(backSignal, () => change(back));
  setHandler(testCopySignal, (copy) => change(() => book.testCopy(copy)));
  setHandler(testCopyGoneSignal, ({ replicationId }) => change(() => book.testCopyGone(replicationId)));
  setHandler(setSiteUpdate, (settings) => {
    change(() => book.set(settings));
    return book.status(input.site);
  });
  setHandler(siteWatchesQuery, ({ version }) => book.watchList(version));
  setHandler(siteStatusQuery, () => book.status(input.site));

  book.configure(await siteSettings(input.site));
  const polling = new CancellationScope();
  let stopped = false;
  const polled = polling
    .run(() => Promise.all([keepPolling(input.site, book, change), keepSweeping(input.site, book)]))
    .finally(() => {
      stopped = true;
    });

  // Slots are given out while the last poll comes to its end as well.
  while (!stopped) {
    changed = false;
    if (reachChanged) {
      reachChanged = false;
      await tellOfReach(input.site, book);
    }
    await grantSlots(book);
    const due = () => workflowInfo().continueAsNewSuggested;
    const quiet = !(await condition(
      () => changed || stopped || (due() && !polling.consideredCancelled),
      HOLDERS_CHECK,
    ));
    if (quiet && book.holderIds.length > 0) await freeSlotsOfEnded(book);
    if (due()) polling.cancel();
  }
  await polled;
  await condition(allHandlersFinished);
  await continueAsNew<typeof site>({ site: input.site, carried: book.carried });
}

// A site's workflow never ends, so it moves to new code at once; VMs and runs stay on the build that began them. The server
// refuses a behavior from a worker without versions, which has a build id but no deployment.
setWorkflowOptions(
  () => (workflowInfo().currentDeploymentVersion?.deploymentName ? { versioningBehavior: 'AUTO_UPGRADE' } : {}),
  site,
);

async function keepPolling(name: string, book: SiteBook, changed: (apply: () => void) => void): Promise<void> {
  for (;;) {
    try {
      await condition(() => book.isPollable);
      const polled = await pollSite({ site: name, workflowId: workflowInfo().workflowId });
      changed(() => book.apply(polled));
      if (book.hold !== null) await tellRuns(name, book);
    } catch (error) {
      // An activity that was told to stop may end in any way.
      if (isCancellation(error) || CancellationScope.current().consideredCancelled) return;
      log.error('polling the site failed in a way that no rule covers; trying again', { site: name, error });
      await sleep('30 seconds');
    }
  }
}

/** While drills have copies here, looks for those that nobody will remove any more. */
async function keepSweeping(name: string, book: SiteBook): Promise<void> {
  try {
    for (;;) {
      await condition(() => book.hasTestCopies);
      await sleep(SWEEP_INTERVAL);
      if (book.hasTestCopies) await startSweep(name);
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
      parentClosePolicy: 'ABANDON',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

async function tellRuns(name: string, book: SiteBook): Promise<void> {
  const { hold } = book;
  if (hold === null) return;
  for (const run of book.runs) {
    await signalIfOpen(getExternalWorkflowHandle(runWorkflowId(run)), siteHeldSignal, {
      site: name,
      ...hold,
      at: Date.now(),
    });
  }
}

async function tellOfReach(name: string, book: SiteBook): Promise<void> {
  const since = book.away?.at ?? Date.now();
  const news = { site: name, since, message: book.away?.message ?? null };
  for (const run of book.runs) await signalIfOpen(getExternalWorkflowHandle(runWorkflowId(run)), siteAwaySignal, news);
}

async function grantSlots(book: SiteBook): Promise<void> {
  await Promise.all(book.grant().map((request) => tellHolder(book, request)));
}

async function tellHolder(book: SiteBook, request: SlotRequest): Promise<void> {
  const told = await signalIfOpen(getExternalWorkflowHandle(request.workflowId), slotGrantedSignal, {
    slot: request.slot,
  });
  if (!told) book.release(request);
}

/** A workflow that was terminated gives nothing back. */
async function freeSlotsOfEnded(book: SiteBook): Promise<void> {
  const ended = await endedWorkflows(book.holderIds);
  for (const workflowId of ended) {
    book.release({ slot: 'sync', workflowId });
    book.release({ slot: 'cutover', workflowId });
  }
}
