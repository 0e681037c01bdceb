/**
 * Task queues, by what waits on them. All are named after the one of the config, on which runs, shards and sites are, so that
 * workers of one config meet, and those of another do not.
 */
import { DEFAULT_LOGIN, type Logins, loginAt } from '../plan/types.js';
import { pairOf } from './claims.js';

const UNITS = '/units';

/** Where units are: however many are open, they push no run, shard or site out of a worker's memory. */
export const unitsQueue = (taskQueue: string): string => `${taskQueue}${UNITS}`;

/** The config's queue, by that of any workflow. */
export const coordinationQueue = (taskQueue: string): string =>
  taskQueue.endsWith(UNITS) ? taskQueue.slice(0, -UNITS.length) : taskQueue;

/** A condition of Temporal's lists: the workflows of either queue. */
export const onQueuesOf = (taskQueue: string): string =>
  `(TaskQueue = '${taskQueue}' OR TaskQueue = '${unitsQueue(taskQueue)}')`;

/** Of the calls that need one of a site's logins alone. */
export const siteQueue = (taskQueue: string, site: string, login = DEFAULT_LOGIN): string =>
  `${taskQueue}/site/${plain(site)}/${plain(login)}`;

/** Of the calls that need the logins of two sites, in whichever order. */
export function pairQueue(taskQueue: string, one: string, other: string, logins: Logins = {}): string {
  if (one === other) return siteQueue(taskQueue, one, loginAt(logins, one));
  const pair = pairOf(one, other);
  const its = pair.map((site) => plain(loginAt(logins, site)));
  return `${taskQueue}/pair/${pair.map(plain).join('+')}/${its.join('+')}`;
}

/**
 * Of the calls to a site that may be shown the logins of others.
 * @param peers where the login of one of them is not the default one, workers must have it too
 */
export function queueOfSiteWith(taskQueue: string, site: string, peers: readonly string[], logins: Logins): string {
  const peer = peers.find((one) => one !== site && loginAt(logins, one) !== DEFAULT_LOGIN);
  return pairQueue(taskQueue, site, peer ?? site, logins);
}

/** Where the checks and hooks of a queue wait: as long as they last, they must not hold the places of what polls sites and cleans up. */
export const checksQueue = (queue: string): string => `${queue}-checks`;

/** Each pair of sites once. */
export const pairsOf = (sites: readonly string[]): [string, string][] =>
  sites.flatMap((one, index) => sites.slice(index + 1).map((other): [string, string] => [one, other]));

/** Names of sites in a plan may be anything. */
const plain = (site: string): string =>
  site.replaceAll(/[^\w.-]/g, (letter) => `%${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
