import { Refusals } from '../vcda/index.js';
import { createBeforeCutoverActivities } from './before-cutover.js';
import { createBrakeActivities } from './brake.js';
import { createCheckActivities } from './checks.js';
import { createCutoverLengthsActivities } from './cutover-lengths.js';
import type { ActivityDeps } from './deps.js';
import { createEarlierRunsActivities } from './earlier-runs.js';
import { createHookActivities } from './hooks.js';
import { createInquiryActivities } from './inquiries.js';
import { createInspectActivities } from './inspect.js';
import { createListInventoryActivities } from './list-inventory.js';
import { createListReplicationsActivities } from './list-replications.js';
import { createLocateActivities } from './locate.js';
import { createMappedNetworksActivities } from './mapped-networks.js';
import { createMovedBeforeActivities } from './moved-before.js';
import { createOperationActivities } from './operations.js';
import { createOrgActivities } from './other-org.js';
import { createPlanCheckActivities } from './plan-check/index.js';
import { Reachability } from './reachability.js';
import { Readings } from './readings.js';
import { createRecoveredByActivities } from './recovered-by.js';
import { createSiteWatchActivities } from './site-watch.js';
import { createSourcePowerActivities } from './source-power.js';
import { createStartedActivities } from './started.js';
import { createStoreActivities } from './store.js';
import { createTestCopyActivities } from './test-copies.js';
import { createTidyActivities } from './tidy.js';
import { unitSites } from './unit-sites.js';
import { createVappActivities } from './vapp-members.js';
import { createWaitingCopiesActivities } from './waiting-copies.js';
import { createClaimActivities } from './working-claims.js';

export type { ActivityDeps } from './deps.js';

/** Everything that workflows may ask of the world. */
export function createActivities(given: ActivityDeps) {
  const deps = { ...given, sites: unitSites(given.sites) };
  const reachability = new Reachability(deps);
  const readings = new Readings();
  const locate = createLocateActivities(deps, reachability);
  const power = createSourcePowerActivities(deps);
  const store = createStoreActivities(deps);
  return {
    ...createOperationActivities(deps, reachability, new Refusals()),
    ...createSiteWatchActivities(deps, reachability),
    ...createBrakeActivities(deps),
    ...createInquiryActivities(deps),
    ...createEarlierRunsActivities(deps),
    ...createMovedBeforeActivities(deps, reachability),
    ...createOrgActivities(deps, reachability),
    ...createInspectActivities(deps),
    ...locate,
    ...createRecoveredByActivities(deps),
    ...createStartedActivities(deps, reachability),
    ...createCheckActivities(deps),
    ...createHookActivities(deps),
    ...createMappedNetworksActivities(deps, reachability),
    ...power,
    ...createTestCopyActivities(deps, reachability),
    ...createWaitingCopiesActivities(deps, reachability),
    ...store,
    ...createCutoverLengthsActivities(deps),
    ...createClaimActivities(deps),
    ...createPlanCheckActivities(deps, reachability, readings),
    ...createListInventoryActivities(deps, reachability, readings),
    ...createListReplicationsActivities(deps, reachability, readings),
    ...createTidyActivities(deps),
    ...createVappActivities(deps),
    ...createBeforeCutoverActivities(deps, { ...locate, ...power, ...store }),
  };
}

export type Activities = ReturnType<typeof createActivities>;
