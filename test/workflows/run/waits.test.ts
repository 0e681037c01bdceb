/** For what each VM waits at its gate, since when, and until when, as its run tells it. */
import { describe, expect, it } from '@jest/globals';
import { untouched, type VmReport } from '../../../contract/report.js';
import type { Plan } from '../../../plan/types.js';
import { noMemory } from '../../../workflows/run/retry.js';
import { aPlan, aVm, aWave } from '../../support/plans.js';
import { RunOfShards } from '../support/run-of-shards.js';

const NOW = Date.parse('2026-12-05T21:00:00Z');
const MINUTE = 60_000;
const at = (minutes: number) => new Date(NOW + minutes * MINUTE).toISOString();
const memory = noMemory({ site: 'lyon', peer: 'paris' });
const waves = [aWave('pilot', aVm('a')), aWave('core', aVm('b'), aVm('c', { after: ['id-of-b'] }))];
const cutover = { approval: 'wave', window: null, powerOn: 'asSource', consolidate: false } as const;
const runOf = (change: Partial<Plan> = {}) => new RunOfShards(aPlan({ waves, cutover, ...change }), {}, NOW);

function told(run: RunOfShards, name: string, minutes: number) {
  const vm = run.report(NOW + minutes * MINUTE).vms.find((one) => one.name === name);
  return [vm?.waitingFor, vm?.waitingOn, vm?.waitingSince, vm?.waitingUntil];
}

/** Its copy is complete, so that it waits at its gate from then on. */
function comesToGate(run: RunOfShards, name: string, wave: string, minutes: number): void {
  const now = NOW + minutes * MINUTE;
  const vm = aVm(name);
  run.started(vm.id, now, 'copy');
  const report: VmReport = { ...untouched(vm, wave), step: 'gate' };
  run.said({ run: 'r1', unit: vm.id, revision: 1, report, memory, claimedBy: null, kept: false }, now);
}

function atTheirGates(run: RunOfShards): RunOfShards {
  for (const [name, wave] of [
    ['a', 'pilot'],
    ['b', 'core'],
    ['c', 'core'],
  ] as const)
    comesToGate(run, name, wave, 1);
  return run;
}

describe('a VM that waits at its gate', () => {
  it('says for what, by what of it, and since when, also after its run has gone on as new', () => {
    const run = atTheirGates(runOf());
    expect(told(run, 'a', 9)).toEqual(['approval', undefined, at(1), undefined]);
    expect(told(run, 'b', 9)).toEqual(['dependency', 'wave pilot', at(1), undefined]);
    run.pause({ message: 'freeze', advice: null }, NOW + 5 * MINUTE);
    expect(told(run, 'b', 9)).toEqual(['pause', undefined, at(5), undefined]);
    const next = new RunOfShards(
      aPlan({ waves, cutover }),
      { carried: structuredClone(run.carried) },
      NOW + 7 * MINUTE,
    );
    expect(told(next, 'a', 9)).toEqual(['pause', undefined, at(5), undefined]);
  });

  it('says which VM it comes after', () => {
    const run = atTheirGates(runOf({ waves: [aWave('pilot'), aWave('core', aVm('a'), ...(waves[1]?.vms ?? []))] }));
    expect(told(run, 'c', 9)).toEqual(['dependency', 'b (id-of-b)', at(1), undefined]);
  });

  it('says when its window opens, and until when it may go', () => {
    const window = { opens: at(60), closes: at(120), missed: 'hold', begun: 'finish' } as const;
    const run = atTheirGates(runOf({ cutover: { ...cutover, window } }));
    expect(told(run, 'a', 9)).toEqual(['approval', undefined, at(1), at(120)]);
    run.approve({ wave: 'pilot' }, NOW + 5 * MINUTE);
    expect(told(run, 'a', 9)).toEqual(['window', undefined, at(5), at(60)]);
  });

  it('says that a hook is still to let its wave go on', () => {
    const hook = { url: 'https://itsm.example.com/freeze', rule: 'hold' } as const;
    const run = atTheirGates(runOf({ hooks: { beforeWave: hook } as NonNullable<Plan['hooks']> }));
    run.approve({ wave: 'pilot' }, NOW + 5 * MINUTE);
    expect(told(run, 'a', 9)).toEqual(['dependency', 'hook beforeWave of wave pilot', at(5), undefined]);
  });
});
