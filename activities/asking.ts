/** Questions about a VM with which nothing is changed at a site. */
import type { VmRef } from '../contract/operation.js';
import { VcdaError } from '../vcda/index.js';
import type { ActivityDeps } from './deps.js';
import { type Attempt, failureOf } from './failures.js';
import { beating } from './heartbeat.js';
import type { Reachability } from './reachability.js';

/**
 * Asks on behalf of a VM: what a site answers becomes a failure by the error table, and that it gives no usable answer is known
 * to all who work there.
 * @param question as the failure names it: `locate`
 * @param rules default: the config's
 * @throws ApplicationFailure `Hold`: only a person can go on; else VCDA's code
 */
export type Asking = <T>(
  question: string,
  subject: { vm: VmRef },
  ask: (attempt: Attempt) => Promise<T>,
  rules?: ActivityDeps['sites']['rules'],
) => Promise<T>;

export const askingOf =
  (deps: ActivityDeps, reachability: Reachability): Asking =>
  (question, { vm }, ask, rules = deps.sites.rules) =>
    beating(
      () => null,
      async ({ attempt }) => {
        try {
          return await ask(attempt);
        } catch (error) {
          if (error instanceof VcdaError) await reachability.failed(error.site, error);
          throw failureOf(error, { question, vm }, attempt, rules);
        }
      },
    );
