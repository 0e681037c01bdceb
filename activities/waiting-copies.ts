/** A look at copies that wait at their gates: up to 100 a call, and nothing is sent for any of them. */
import { cancellationSignal } from '@temporalio/activity';
import type { SeenCopy, WaitingCopiesInput } from '../contract/waiting-copies.js';
import { askingOf } from './asking.js';
import { healthOf } from './copy-health.js';
import { type ActivityDeps, configured } from './deps.js';
import { ListsByPeer } from './extension.js';
import type { Reachability } from './reachability.js';
import { ALONE, replicationsByIds } from './replications-by-ids.js';

export function createWaitingCopiesActivities(deps: ActivityDeps, reachability: Reachability) {
  const asking = askingOf(deps, reachability);
  const lists = new ListsByPeer();

  return {
    /** Of what the site did not tell nothing is said. @throws ApplicationFailure `Hold`; else VCDA's code */
    async lookAtCopies({ site: name, peer, copies, clock, resumedAt }: WaitingCopiesInput): Promise<SeenCopy[]> {
      const [first] = copies;
      if (first === undefined) return [];
      const site = configured(deps, name);
      const options = { peer, resumedAt, signal: cancellationSignal() };
      const alone = { ...options, timeout: Math.min(site.config.timeouts.request, ALONE) };
      const peers = new Map(copies.map(({ replicationId }) => [replicationId, peer]));
      return asking('copies', first, async () => {
        const isUp = () => reachability.isUp(name);
        const { found, failed } = await replicationsByIds(site, { peers, lists, options, alone, isUp });
        await reachability.answered(name);
        const at = { site: name, clock, now: Date.now() };
        return copies
          .filter(({ replicationId }) => !failed.has(replicationId))
          .map((copy) => healthOf(copy, found.get(copy.replicationId) ?? null, at));
      });
    },
  };
}
