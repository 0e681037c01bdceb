/**
 * The working claims of the VMs between two sites: which unit works with which, and who waits for it. It lives as long as Drover
 * does, and continues as new.
 */
import { ApplicationFailure } from '@temporalio/common';
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  setHandler,
  setWorkflowOptions,
  workflowInfo,
} from '@temporalio/workflow';
import { isClaimsInput } from '../../contract/begin-guards.js';
import { isClaimRequest, isClaimsOver, isMoreNames } from '../../contract/guards.js';
import type { ClaimsInput } from '../../contract/inputs.js';
import {
  claimMoreSignal,
  claimSignal,
  claimsOverSignal,
  claimsToldSignal,
  standingsQuery,
} from '../../contract/messages.js';
import { endedHolders, openClaims } from '../activities.js';
import { Alarm } from '../alarm.js';
import { hear } from '../hear.js';
import { Check } from '../run/checks.js';
import { signalIfOpen } from '../vm/steps/signal-if-open.js';
import { ClaimsState } from './claims-state.js';

/** How often it is asked whether those still run whom others wait for, since whoever is terminated says nothing: ms. */
const CHECKS = { first: 60_000, longest: 5 * 60_000 };

/** @throws ApplicationFailure `Malformed` for an input that is none: whoever claims next begins it anew */
export async function claims(input: ClaimsInput): Promise<void> {
  if (!isClaimsInput(input, workflowInfo().workflowId))
    throw ApplicationFailure.nonRetryable('it was begun with what is no input of claims', 'Malformed');
  const { sites, carried } = input;
  const state = new ClaimsState(carried);
  hear(claimSignal, isClaimRequest, (request) => state.ask(request));
  hear(claimMoreSignal, isMoreNames, (told) => {
    for (const more of told.claims) state.more(more);
  });
  hear(claimsOverSignal, isClaimsOver, (told) => state.over(told));
  setHandler(standingsQuery, (asked) => state.standings(asked));

  if (carried === undefined) state.rebuilt(await openClaims({ sites }));
  const alarm = new Alarm();
  const check = new Check(CHECKS);
  const isLong = () => workflowInfo().continueAsNewSuggested;
  while (state.hasNews || !isLong()) {
    await tell(state);
    if (state.isToBeChecked) check.restart();
    if (state.isToBeChecked || check.isDue(state.suspects, Date.now()))
      state.checked(await endedHolders(state.takeSuspects()));
    const isOver = () => state.hasNews || state.isToBeChecked || isLong();
    await alarm.wait(isOver, check.wait(state.suspects, Date.now()));
  }
  await condition(allHandlersFinished);
  await continueAsNew<typeof claims>({ sites, carried: state.carried });
}

// As a site's, it never ends, and moves to new code at once.
setWorkflowOptions(
  () => (workflowInfo().currentDeploymentVersion?.deploymentName ? { versioningBehavior: 'AUTO_UPGRADE' } : {}),
  claims,
);

async function tell(state: ClaimsState): Promise<void> {
  await Promise.all(
    state.takeNews().map(async ({ parent, word }) => {
      if (!(await signalIfOpen(getExternalWorkflowHandle(parent), claimsToldSignal, word))) state.gone(parent);
    }),
  );
}
