/** Has the workers of all machines send a site's login in turn, by what its workflow keeps. */
import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { LoginMemory } from '../contract/login-turn.js';
import { loginTurnOverSignal, loginTurnUpdate } from '../contract/messages.js';
import { siteWorkflowId } from '../contract/names.js';
import type { LoginOutcome, LoginTurns } from '../vcda/index.js';
import type { ActivityDeps } from './deps.js';
import { openSite } from './site-signals.js';

/** ms for the turn to come: whoever waits longer goes ahead, since no login at all would be worse */
const COMES_WITHIN = 45_000;
/** ms for a call to Temporal otherwise */
const PATIENCE = 10_000;

type Deps = Pick<ActivityDeps, 'client' | 'taskQueue'>;

/** @param refused is told of each site that refuses its login */
export function loginTurnsOf(deps: Deps, refused: (site: string) => void = () => {}): LoginTurns {
  /** All workers have their new logins within seconds of each other: there must be somebody to keep what is refused. */
  const renewed = new Set<string>();
  return {
    refused,
    renewed(site) {
      renewed.add(site);
    },
    async begin(site) {
      const by = randomUUID();
      const memory = await turnAt(deps, site, by, renewed.has(site));
      return {
        salt: memory?.salt ?? null,
        refused: memory?.refused ?? [],
        async end(outcome) {
          // Of a site that has refused nothing, nothing is to be kept.
          if (memory === null && (outcome?.refused ?? null) === null) return;
          await tell(deps, site, by, outcome);
        },
      };
    },
  };
}

type Ask = <T>(call: () => Promise<T>) => Promise<T>;

/** Not by the signal of an activity: what one sends is for others as well. */
const within =
  ({ client: { workflow } }: Deps, ms: number): Ask =>
  (call) =>
    workflow.withDeadline(Date.now() + ms, call);

/** null: the site has no workflow, or it does not answer */
async function turnAt(deps: Deps, site: string, by: string, mayOpen: boolean): Promise<LoginMemory | null> {
  const handle = deps.client.workflow.getHandle(siteWorkflowId(site));
  const ask = () => within(deps, COMES_WITHIN)(() => handle.executeUpdate(loginTurnUpdate, { args: [{ by }] }));
  try {
    return await (mayOpen ? openedFor(deps, site, ask) : ask());
  } catch {
    return null;
  }
}

/** The turn is over by itself soon when it cannot be told. */
async function tell(deps: Deps, site: string, by: string, outcome: LoginOutcome | null): Promise<void> {
  const handle = deps.client.workflow.getHandle(siteWorkflowId(site));
  try {
    await openedFor(deps, site, () =>
      within(deps, PATIENCE)(() => handle.signal(loginTurnOverSignal, { by, outcome })),
    );
  } catch {
    // Each worker remembers by itself what it was refused.
  }
}

async function openedFor<T>(deps: Deps, site: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    await openSite(deps, site, within(deps, PATIENCE));
    return call();
  }
}
