/** Where the replication of a VM lives now, and which points in time it holds. */
import type { ActivityDeps } from './deps.js';
import type { InstanceInput, Located, LocateInput, ReplicaInstance } from './types.js';

export function createLocateActivities(_deps: ActivityDeps) {
  return {
    /**
     * The replication of a VM between two sites, whichever way it goes; null: neither site has one.
     * @throws ApplicationFailure `AmbiguousReplication` when several fit by name; `Hold`; else VCDA's code
     */
    async locateReplication(_input: LocateInput): Promise<Located | null> {
      throw new Error('not written yet');
    },

    /** The newest point in time that is not younger than `before`; null: the replication holds none. */
    async instanceBefore(_input: InstanceInput): Promise<ReplicaInstance | null> {
      throw new Error('not written yet');
    },
  };
}
