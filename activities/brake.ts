/** The brake of a site, asked for right before something leaves that begins new work there: on every worker, at once. */

import { WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { siteBrakeQuery } from '../contract/messages.js';
import { FAILURES, siteWorkflowId } from '../contract/names.js';
import { isCutover, type OperationKind, type OperationRequest } from '../contract/operation.js';
import { nameWithId } from '../contract/vm-identity.js';
import type { ActivityDeps } from './deps.js';
import { finalFailure } from './failures.js';
import { inTime, pause } from './heartbeat.js';
import { SharedReading } from './shared-reading.js';
import type { Left } from './trail.js';

/** What takes a place at the site. What undoes, and what only marks or tidies, goes on. */
const NEW_WORK = new Set<OperationKind>(['start', 'sync', 'migrate', 'failover', 'failover-test', 'reverse']);

/** A person keeps the site from new work, and nothing was sent. */
export class Braked extends Error {
  override readonly name = 'Braked';
}

type Brake = 'on' | 'off' | 'unknown';

/** Of one question: ms. */
const PATIENCE = 10_000;
/** Of one for a person: ms. */
const TOLD_WITHIN = 3_000;
/** A site's workflow that has just begun finds out soon. */
const TRIES = { times: 5, pause: 500 };

export class Brakes {
  readonly #deps: ActivityDeps;
  readonly #bySite = new Map<string, SharedReading<string, Brake>>();

  constructor(deps: ActivityDeps) {
    this.#deps = deps;
  }

  /**
   * A cutover that has begun goes on: one whose task has failed may have left its VM down.
   * @throws Braked @throws ApplicationFailure to be tried again: the site's workflow does not say
   */
  async refuse({ kind, repeats, site, vm }: OperationRequest): Promise<void> {
    if (!NEW_WORK.has(kind) || (repeats === true && isCutover(kind))) return;
    for (let tries = 1; ; tries += 1) {
      const brake = await inTime(this.#readingOf(site).read(site), 2 * PATIENCE);
      if (brake === 'on') throw new Braked(`the brake of site ${site} is on`);
      if (brake === 'off') return;
      if (tries === TRIES.times) break;
      await pause(TRIES.pause);
    }
    throw ApplicationFailure.create({
      type: FAILURES.refused,
      message: `${kind} of ${nameWithId(vm)} was not sent: whether the brake of site ${site} is on is not known yet.`,
      nextRetryDelay: 1_000,
      category: 'BENIGN',
    });
  }

  /** One question serves all who ask meanwhile: each costs the site's workflow a look at its history at worst. */
  #readingOf(site: string): SharedReading<string, Brake> {
    const known = this.#bySite.get(site) ?? new SharedReading(() => this.#ask(site));
    this.#bySite.set(site, known);
    return known;
  }

  #ask(site: string): Promise<Brake> {
    return brakeOf(this.#deps, site, PATIENCE);
  }
}

/** A site whose workflow nobody has begun, or that Temporal has forgotten, has none. @param within ms */
async function brakeOf({ client: { workflow } }: ActivityDeps, site: string, within: number): Promise<Brake> {
  try {
    const handle = workflow.getHandle(siteWorkflowId(site));
    return await workflow.withDeadline(Date.now() + within, () => handle.query(siteBrakeQuery));
  } catch (error) {
    return error instanceof WorkflowNotFoundError ? 'off' : 'unknown';
  }
}

export function createBrakeActivities(deps: ActivityDeps) {
  return {
    /** Those of the sites whose brake is on, for a person who waits: one that says nothing in time is none of them. */
    async brakedSites(sites: string[]): Promise<string[]> {
      const brakes = await Promise.all(sites.map((site) => brakeOf(deps, site, TOLD_WITHIN)));
      return sites.filter((_, n) => brakes[n] === 'on');
    },
  };
}

/** For the workflow, which waits in the site's queue as others do, and looks anew. */
export function toWait({ kind, vm, site, operationId }: OperationRequest, left: Left): ApplicationFailure {
  const message = `${kind} of ${nameWithId(vm)} was not sent: the brake of site ${site} is on [operation ${operationId}].`;
  const advice = `drover site show ${site} says who has put it on, and why.`;
  const details = { code: FAILURES.braked, message, operation: kind, taskId: null, site, advice, ...left };
  return finalFailure(details, { type: FAILURES.braked });
}
