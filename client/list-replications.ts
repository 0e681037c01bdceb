/** What stands at a site and whose it is, read through a worker, which alone has its login. */
import { randomUUID } from 'node:crypto';
import type { ListedReplication } from '../contract/listed-replication.js';
import { DEFAULT_LOGIN } from '../plan/types.js';
import { askSites } from './ask-sites.js';
import { NotTold } from './errors.js';
import { requireKnown } from './known-sites.js';
import type { Session } from './session.js';
import { requireWorker } from './worker-presence.js';

const UNREAD = 'The replications were not read.';

/**
 * In the order of their ids.
 * @param onProgress told how many have come, of long lists
 * @param login of the site, by which it is asked
 * @throws NoWorker; NotTold where the site does not list them
 */
export async function listReplications(
  session: Session,
  site: string,
  onProgress: (read: number) => void = () => {},
  login = DEFAULT_LOGIN,
): Promise<ListedReplication[]> {
  await requireWorker(session, UNREAD);
  const logins = login === DEFAULT_LOGIN ? {} : { [site]: login };
  await requireKnown(session, [site], UNREAD, logins);
  const list = randomUUID();
  const all: ListedReplication[] = [];
  let after: string | null = null;
  do {
    const question = { ask: 'replications', site, list, after } as const;
    const { replications } = await askSites(session, question, `read the replications at ${site}`, UNREAD, logins);
    if (replications?.items == null) throw new NotTold(site, 'its replications');
    all.push(...replications.items);
    after = replications.next;
    if (after !== null) onProgress(all.length);
  } while (after !== null);
  return all;
}
