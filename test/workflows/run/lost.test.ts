/** A VM's workflow that was found ended counts as terminated only if it has said nothing meanwhile, and no later one is open. */
import { expect, it } from '@jest/globals';
import { RunProgress } from '../../../workflows/run/run-state.js';
import { madeUpDrill } from '../support/made-up.js';

const NOW = 1_000_000;
const { name, destination, groups } = madeUpDrill([['a']]);

function begun(): RunProgress {
  const plan = { name, kind: 'drill', destination, waves: groups } as const;
  const state = new RunProgress({ run: 'r1', plan }, NOW);
  state.started('a', NOW);
  return state;
}
const vmOf = (state: RunProgress) => state.report(NOW).vms[0];

it('a VM whose last word arrives while Temporal is asked stays as it said', () => {
  const state = begun();
  const report = { ...vmOf(state)!, state: 'succeeded', step: 'done' } as const;
  const word = { run: 'r1', unit: 'a', revision: 1, report, memory: null, claimedBy: null, kept: true };
  state.said(word, NOW);
  state.lost('a', 1, NOW);
  expect(vmOf(state)).toMatchObject({ state: 'succeeded', error: null });
});

it('a VM that was begun anew meanwhile goes on', () => {
  const state = begun();
  state.started('a', NOW);
  state.lost('a', 1, NOW);
  expect(state.open).toEqual(['a']);
});

it('a VM that said nothing has failed', () => {
  const state = begun();
  state.lost('a', 1, NOW);
  expect(vmOf(state)).toMatchObject({ state: 'failed', error: { code: 'Terminated' } });
});
