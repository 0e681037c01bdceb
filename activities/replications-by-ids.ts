/** Asking a site for many replications, each with the site that it is between it and. */
import type { CallOptions, Site, VmReplication } from '../vcda/index.js';
import { type ByIds, byIds } from './by-ids.js';
import { type ListsByPeer, unextended } from './extension.js';
import { isRefusedLogin } from './failures.js';

/** What is asked for one item alone is given up after this, until the next turn: ms. */
export const ALONE = 5_000;

export interface AskedReplications {
  /** of replications, with the other site of each */
  peers: Map<string, string | undefined>;
  lists: ListsByPeer;
  options: CallOptions;
  /** of the calls for one alone */
  alone: CallOptions;
  /** whether the site answers what does not name any of the ids */
  isUp: () => Promise<boolean>;
}

/** @param suspects as {@link byIds} takes them @throws VcdaError when the site answers nothing at all */
export const replicationsByIds = (
  site: Site,
  { peers, lists, options, alone, isUp }: AskedReplications,
  suspects: Set<string> = new Set(),
): Promise<ByIds<VmReplication>> =>
  byIds(
    site,
    [...peers.keys()],
    {
      list: (some, unreadable) =>
        lists.ask(
          site,
          some,
          (id) => peers.get(id),
          { ...options, unreadable },
          (its, use) => site.replicationsById(its, use),
        ),
      one: (id) => unextended({ ...alone, peer: peers.get(id) }, (use) => site.findReplication(id, use)),
      tells: ({ sourceState, destinationState }) => sourceState != null || destinationState != null,
      isUp,
      isOfAll: isRefusedLogin,
    },
    suspects,
  );
