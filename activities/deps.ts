import type { Client } from '@temporalio/client';
import type { Sites } from '../vcda/index.js';

/** What activities are given instead of reaching for it. */
export interface ActivityDeps {
  sites: Sites;
  /** for telling workflows what was seen */
  client: Pick<Client, 'workflow'>;
  /** where a site's workflow is started when it does not run yet */
  taskQueue: string;
}
