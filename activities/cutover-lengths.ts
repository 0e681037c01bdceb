/** How long cutovers take at a site, by what was measured there, and how many it lets run at once as its limits are now. */
import { type CutoverLengths, lengthsOf, MOST_MEASURED } from '../contract/lengths.js';
import { siteShownQuery } from '../contract/messages.js';
import { siteWorkflowId } from '../contract/names.js';
import type { ActivityDeps } from './deps.js';
import { orAway } from './store.js';

/** For a site's workflow to answer: ms. */
const TOLD_WITHIN = 3_000;

export function createCutoverLengthsActivities(deps: ActivityDeps) {
  return {
    /** null: too few are known. @throws ApplicationFailure `StoreAway` */
    cutoverLengths: (of: { site: string; kind: 'migrate' | 'failover' }): Promise<CutoverLengths | null> =>
      cutoverLengthsAt(deps, of),
  };
}

/** @throws ApplicationFailure `StoreAway` */
export async function cutoverLengthsAt(
  deps: ActivityDeps,
  { site, kind }: { site: string; kind: 'migrate' | 'failover' },
): Promise<CutoverLengths | null> {
  const each = lengthsOf(await orAway(() => deps.store.durations(site, kind, MOST_MEASURED)));
  return each === null ? null : { each, atOnce: await cutoversAtOnce(deps, site) };
}

/** What a person has set goes before the config; null: this worker does not know the site, and nobody has said it. */
export async function cutoversAtOnce({ client, sites }: ActivityDeps, site: string): Promise<number | null> {
  const configured = sites.names.includes(site) ? sites.get(site).config.limits.cutovers : null;
  try {
    const handle = client.workflow.getHandle(siteWorkflowId(site));
    const { limits } = await client.workflow.withDeadline(Date.now() + TOLD_WITHIN, () => handle.query(siteShownQuery));
    return limits.cutovers.holds ?? configured ?? limits.cutovers.configured;
  } catch {
    // One that nobody has begun, or that does not answer now.
    return configured;
  }
}
