/** Activities on the queue that fits what each is asked: it is known when one is called, and by which workflow. */
import { type ActivityOptions, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import { loginsIn } from '../contract/logins.js';
import { isMembers } from '../contract/members.js';
import { checksQueue, coordinationQueue, pairQueue, queueOfSiteWith } from '../contract/queues.js';
import type { Logins } from '../plan/types.js';
import { ownLogins } from './own-logins.js';

type Name = keyof Activities;
type Input<N extends Name> = Parameters<Activities[N]>[0];
type Pair = readonly [one: string, other: string];
type Call = (...args: unknown[]) => Promise<unknown>;

/** Those that ask no site: a unit's too are taken by those who have the runs. */
export const atCoordination = <N extends Name>(options: ActivityOptions): Pick<Activities, N> =>
  queued<N>(options, (taskQueue) => taskQueue);

/**
 * Taken by workers that have the login of the site that the workflow works with.
 * @param peersOf sites that it may be shown the logins of
 */
export const atSites = <N extends Name>(
  options: ActivityOptions,
  siteOf: (input: Input<N>) => string,
  peersOf: (input: Input<N>) => string[] = () => [],
): Pick<Activities, N> =>
  queued<N>(options, (taskQueue, input) => queueOfSiteWith(taskQueue, siteOf(input), peersOf(input), loginsFor(input)));

/** Taken by workers that have the logins of both sites that the workflow works with. */
export const atPairs = <N extends Name>(
  options: ActivityOptions,
  sitesOf: (input: Input<N>) => Pair,
): Pick<Activities, N> =>
  queued<N>(options, (taskQueue, input) => pairQueue(taskQueue, ...sitesOf(input), loginsFor(input)));

export const checksOfPairs = <N extends Name>(
  options: ActivityOptions,
  sitesOf: (input: Input<N>) => Pair,
): Pick<Activities, N> =>
  queued<N>(options, (taskQueue, input) => checksQueue(pairQueue(taskQueue, ...sitesOf(input), loginsFor(input))));

/** Those that are given with the call, of a workflow that serves many; else the workflow's own. */
const loginsFor = (input: unknown): Logins =>
  isMembers(input) && input.logins !== undefined ? loginsIn(input) : ownLogins();

/** @param queueOf is given the config's queue */
function queued<N extends Name>(
  options: ActivityOptions,
  queueOf: (taskQueue: string, input: Input<N>) => string,
): Pick<Activities, N> {
  function call(name: string, ...args: [Input<N>]): unknown {
    const taskQueue = queueOf(coordinationQueue(workflowInfo().taskQueue), ...args);
    return proxyActivities<Record<string, Call>>({ ...options, taskQueue })[name]?.(...args);
  }
  return new Proxy({} as Pick<Activities, N>, {
    get:
      (_, name) =>
      (...args: [Input<N>]) =>
        call(String(name), ...args),
  });
}
