import { Refusals } from '../vcda/index.js';
import { createCheckActivities } from './checks.js';
import type { ActivityDeps } from './deps.js';
import { createEarlierRunsActivities } from './earlier-runs.js';
import { createInquiryActivities } from './inquiries.js';
import { createInspectActivities } from './inspect.js';
import { createLocateActivities } from './locate.js';
import { createMappedNetworksActivities } from './mapped-networks.js';
import { createMovedBeforeActivities } from './moved-before.js';
import { createOperationActivities } from './operations.js';
import { createOrgActivities } from './other-org.js';
import { Reachability } from './reachability.js';
import { createRecoveredByActivities } from './recovered-by.js';
import { createSiteWatchActivities } from './site-watch.js';
import { createSourcePowerActivities } from './source-power.js';
import { createStartedActivities } from './started.js';
import { createStoreActivities } from './store.js';
import { createTestCopyActivities } from './test-copies.js';

export type { ActivityDeps } from './deps.js';

/** Everything that workflows may ask of the world. */
export function createActivities(deps: ActivityDeps) {
  const reachability = new Reachability(deps);
  return {
    ...createOperationActivities(deps, reachability, new Refusals()),
    ...createSiteWatchActivities(deps, reachability),
    ...createInquiryActivities(deps),
    ...createEarlierRunsActivities(deps),
    ...createMovedBeforeActivities(deps, reachability),
    ...createOrgActivities(deps, reachability),
    ...createInspectActivities(deps),
    ...createLocateActivities(deps, reachability),
    ...createRecoveredByActivities(deps),
    ...createStartedActivities(deps, reachability),
    ...createCheckActivities(deps),
    ...createMappedNetworksActivities(deps, reachability),
    ...createSourcePowerActivities(deps),
    ...createTestCopyActivities(deps, reachability),
    ...createStoreActivities(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;
