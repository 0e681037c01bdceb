/** What is looked at between the last wait of a VM and its migrate, in one activity: as three they cost twelve events more. */
import { heldAt, isOlderThan } from '../contract/copy-age.js';
import { FRESH } from '../contract/look.js';
import { requestSlotSignal } from '../contract/messages.js';
import type { BeforeCutover, BeforeCutoverInput, MovedBeforeInput } from '../contract/questions.js';
import type { ReplicationSummary } from '../contract/replication.js';
import type { SlotRequest } from '../contract/slot.js';
import type { ActivityDeps } from './deps.js';
import { beating, inTime } from './heartbeat.js';
import type { createLocateActivities } from './locate.js';
import { isTold } from './site-signals.js';
import type { createSourcePowerActivities } from './source-power.js';
import type { createStoreActivities } from './store.js';

/** How long the store is asked: ms. */
const STORE_WITHIN = 15_000;

type SyncFirst = NonNullable<BeforeCutoverInput['sync']>;

type Looks = Pick<ReturnType<typeof createLocateActivities>, 'readReplication'> &
  Pick<ReturnType<typeof createSourcePowerActivities>, 'sourcePower'> &
  Pick<ReturnType<typeof createStoreActivities>, 'movedByStore'>;

export function createBeforeCutoverActivities(
  deps: ActivityDeps,
  { readReplication, sourcePower, movedByStore }: Looks,
) {
  async function historyOf(question: MovedBeforeInput): Promise<Pick<BeforeCutover, 'moved'>> {
    const asked = beating(
      () => null,
      () => inTime(movedByStore(question), STORE_WITHIN),
    );
    const moved = await asked.catch(() => null);
    return moved === null ? {} : { moved };
  }

  const asksFor = (site: string, place: SlotRequest): Promise<boolean> =>
    beating(
      () => null,
      () => isTold(deps, site, requestSlotSignal, place),
    );

  function isDue({ latestInstance }: ReplicationSummary, { most, syncedAt, clock }: SyncFirst): boolean {
    const now = Date.now();
    return isOlderThan(most, [heldAt(latestInstance, clock, now), syncedAt], now);
  }

  return {
    /**
     * The replication, whether its source is on, and what the store knows of its VM. Of one that cannot be migrated as it is
     * nothing else is asked, and what gives no answer is left out: whoever needs it asks for it alone.
     * @throws ApplicationFailure as `readReplication`
     */
    async lookBeforeCutover({ copy, source, history, sync }: BeforeCutoverInput): Promise<BeforeCutover> {
      const began = Date.now();
      const replication = await readReplication(copy);
      if (replication?.recoveryState !== 'NOT_STARTED') return { replication };
      const { site, peer, resumedAt } = copy;
      if (sync !== undefined && isDue(replication, sync))
        return (await asksFor(site, sync.place)) ? { replication, isAsked: true } : { replication };
      // What a site names is asked for a power only where the plan names it as well.
      const at = replication.sourceSite ?? peer;
      if (at !== site && at !== peer) return { replication };
      const vmId = replication.vmId ?? source.vmId;
      const [power, known] = await Promise.all([
        sourcePower({ site: at, vmId, within: source.within, resumedAt }),
        history === undefined ? {} : historyOf(history),
      ]);
      const isOld = Date.now() - began >= FRESH;
      return { replication: isOld ? await readReplication(copy) : replication, power, ...known };
    },
  };
}
