/** What a site does at this moment for the units of a run. Pure. */

import type { OperationKind } from '../../contract/operation.js';
import type { VmStep } from '../../contract/report.js';
import type { CarriedSite } from '../../contract/site.js';
import type { UnderWay } from '../../contract/under-way.js';
import type { Watch } from '../../contract/watch.js';

/** As the units themselves call what they wait for; null: it is part of several steps. */
const STEPS: Record<OperationKind, Record<Watch['phase'], VmStep | null>> = {
  start: { task: 'start', sync: 'initial-sync' },
  sync: { task: 'sync', sync: 'sync' },
  migrate: { task: 'migrate', sync: 'migrate' },
  failover: { task: 'failover', sync: 'failover' },
  'failover-test': { task: 'failover-test', sync: 'failover-test' },
  cleanup: { task: 'clean-up', sync: 'clean-up' },
  reverse: { task: 'reverse', sync: 'resync' },
  delete: { task: 'delete-replication', sync: 'delete-replication' },
  pause: { task: null, sync: null },
  resume: { task: null, sync: null },
  reconfigure: { task: null, sync: null },
  chown: { task: null, sync: null },
};

/** One for each unit that the site has something of; an operation that runs says more than the wait for a place. */
export function underWay(
  { watches, queue, brake }: Pick<CarriedSite, 'watches' | 'queue' | 'brake'>,
  run: string,
): UnderWay[] {
  const found = new Map<string, UnderWay>();
  for (const { workflowId, run: of } of queue) {
    if (of === run) found.set(workflowId, { workflowId, step: null, waitingFor: brake ? 'brake' : 'capacity' });
  }
  for (const { workflowId, run: of, kind, phase, since, seen } of watches) {
    if (of !== run) continue;
    const step = STEPS[kind]?.[phase] ?? null;
    const isTroubled = seen?.told === undefined ? {} : ({ isTroubled: true } as const);
    found.set(workflowId, { workflowId, step, waitingFor: null, since, ...isTroubled });
  }
  return [...found.values()];
}
