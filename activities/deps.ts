import type { Client } from '@temporalio/client';
import type { Config, Logins, NamedSecret } from '../plan/types.js';
import type { Store } from '../store/index.js';
import type { Site, Sites } from '../vcda/index.js';
import { finalFailure } from './failures.js';

/** What activities are given instead of reaching for it. */
export interface ActivityDeps {
  sites: Sites;
  /** by which those are, where not by the default ones; absent: by these alone */
  logins?: Logins;
  /** for telling workflows what was seen */
  client: Pick<Client, 'workflow' | 'activity' | 'withDeadline'>;
  /** where a site's workflow is started when it does not run yet */
  taskQueue: string;
  /** part of every mark; what carries the mark of another is not this one's */
  installation: string;
  /** what outlives Temporal's retention */
  store: Store;
  /** programs that checks may run, by name */
  commands: Config['worker']['checks'];
  /** secrets that checks and hooks are made with, by name; absent: none */
  secrets?: Record<string, NamedSecret>;
  /** URLs to which hooks may go, and below which; absent: none */
  hooksAllowed?: string[];
}

/** @throws ApplicationFailure `UnknownSite`, which no retry fixes, when the config of this worker has no such site */
export function configured({ sites }: Pick<ActivityDeps, 'sites'>, name: string): Site {
  if (sites.names.includes(name)) return sites.get(name);
  throw finalFailure({
    code: 'UnknownSite',
    message: `the config of this worker has no site ${name}; it has ${sites.names.join(', ') || 'none'}.`,
    operation: null,
    taskId: null,
    site: name,
    advice: 'Add it to the config of a worker, and restart that.',
  });
}
