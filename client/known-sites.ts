/** Which sites the workers know: whoever polls the queue of a site has its login, and so has its config. */
import { pairQueue, siteQueue } from '../contract/queues.js';
import { DEFAULT_LOGIN, type Logins, loginAt, siteWithLogin } from '../plan/types.js';
import { isPolled } from '../temporal/pollers.js';
import { NoWorker } from './errors.js';
import { askTemporal, type Session } from './session.js';
import { twice } from './worker-presence.js';

/** A site, or two, whose logins no worker has: what a run has to ask there waits. */
export interface Unknown {
  /** in words */
  what: string;
  /** the next step for a person */
  next: string;
}

/** Those of the sites that a worker knows. One that was killed within the last minute still counts. */
export async function knownToWorkers(session: Session, sites: string[], logins: Logins = {}): Promise<string[]> {
  const known = await Promise.all(
    sites.map((site) => isTaken(session, siteQueue(session.taskQueue, site, loginAt(logins, site)))),
  );
  return sites.filter((_, index) => known[index]);
}

/** What no worker knows of two sites, which a run between them needs together. */
export async function unknownBetween(session: Session, one: string, other: string, logins: Logins): Promise<Unknown[]> {
  const [unknown, isPairKnown] = await Promise.all([
    unknownOf(session, [...new Set([one, other])], logins),
    isTaken(session, pairQueue(session.taskQueue, one, other, logins)),
  ]);
  if (unknown.length > 0 || isPairKnown) return unknown;
  const what = `both site ${siteWithLogin(one, logins)} and site ${siteWithLogin(other, logins)}`;
  return [{ what, next: `give one worker the logins of ${what} in its config, and restart it` }];
}

/** @throws {@link NoWorker} when none knows one of the sites */
export async function requireKnown(
  session: Session,
  sites: string[],
  consequence: string,
  logins: Logins = {},
): Promise<void> {
  refuse(session, await unknownOf(session, sites, logins), consequence);
}

/** @throws {@link NoWorker} when none knows both */
export async function requireBetween(
  session: Session,
  one: string,
  other: string,
  consequence: string,
  logins: Logins,
): Promise<void> {
  refuse(session, await unknownBetween(session, one, other, logins), consequence);
}

async function unknownOf(session: Session, sites: string[], logins: Logins): Promise<Unknown[]> {
  const known = await knownToWorkers(session, sites, logins);
  // With another login it may be the site, or the login of it, that nobody knows.
  const named = sites.filter((site) => !known.includes(site) && loginAt(logins, site) !== DEFAULT_LOGIN);
  const all = named.length === 0 ? [] : await knownToWorkers(session, named);
  return sites
    .filter((site) => !known.includes(site))
    .map((site) => {
      const login = loginAt(logins, site);
      return !all.includes(site)
        ? {
            what: `site ${site}`,
            next: `add site ${site} to the config of a worker, and restart that one`,
          }
        : {
            what: `login ${login} of site ${site}`,
            next: `add ${login} under sites.${site}.logins to the config of a worker, and restart that one`,
          };
    });
}

function refuse({ taskQueue }: Session, [unknown]: Unknown[], consequence: string): void {
  if (unknown !== undefined)
    throw new NoWorker(taskQueue, `No worker knows ${unknown.what}. ${consequence}`, unknown.next);
}

const isTaken = (session: Session, queue: string): Promise<boolean> =>
  twice(() => askTemporal(session, () => isPolled(session.client, queue, 'activity')));
