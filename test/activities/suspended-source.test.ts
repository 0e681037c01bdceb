/** What the check of a plan says of a VM that somebody has suspended. Pure. */
import { describe, expect, it } from '@jest/globals';
import type { PlanFacts } from '../../activities/plan-check/facts.js';
import { judgeSource } from '../../activities/plan-check/judge-source.js';
import { headOf } from '../../contract/pieces.js';
import { aPlan, aVm, aWave } from '../support/plans.js';

const vm = aVm('web1');
const plan = headOf(aPlan({ waves: [aWave('all', vm)] }));

const judged = (replications: PlanFacts['replications']) =>
  judgeSource(
    plan,
    vm,
    {
      source: new Map([[vm.id, { id: vm.id, name: vm.name, powerState: 'SUSPENDED' }]]),
      destination: [],
      moved: [],
      replications,
    } as unknown as PlanFacts,
    new Set([vm.id]),
  ).map(({ severity, code }) => [severity, code]);

describe('a VM that is suspended', () => {
  it.each<[string, PlanFacts['replications'], string]>([
    ['of which nothing was sent waits for a person from its start', new Map(), 'error'],
    ['whose copy is there is to be resumed before its cutover', new Map([[vm.id, [{}]]]) as never, 'warning'],
    ['of which nobody tells what was sent is not refused', null, 'warning'],
  ])('%s', (_what, replications, severity) => {
    expect(judged(replications)).toEqual([[severity, 'SourceSuspended']]);
  });
});
