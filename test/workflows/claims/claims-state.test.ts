import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { ClaimRequest, HeldClaims, UnitClaim } from '../../../contract/claims.js';
import type { CarriedClaims } from '../../../contract/inputs.js';
import { ClaimsState } from '../../../workflows/claims/claims-state.js';
import { LIMIT, onTheWire } from '../support/wire.js';

const claim = (unit: string, ...also: string[]): UnitClaim => ({ unit, revision: 1, also });

const request = (run: string, groups: UnitClaim[][], over: ClaimRequest['over'] = []): ClaimRequest => ({
  run,
  parent: `run/${run}`,
  source: 'paris',
  groups,
  over,
});

function ready(carried?: CarriedClaims): ClaimsState {
  const state = new ClaimsState(carried);
  if (carried === undefined) state.rebuilt([]);
  return state;
}

const stands = (state: ClaimsState, run: string, ...units: string[]) =>
  state.standings({ run, units }).units.map(({ is, by }) => (by === null ? is : `${is} for ${by}`));

const over = (run: string, unit: string, revision = 1) => ({ run, parent: `run/${run}`, over: [{ unit, revision }] });

/** What each claimant is told, by its run. */
const told = (state: ClaimsState) =>
  Object.fromEntries(state.takeNews().map(({ word: { run, ...word } }) => [run, word]));
const granted = (...units: string[]) => units.map((unit) => ({ unit, revision: 1 }));

describe('a claim', () => {
  it('is granted at once where nobody has its VM, and nobody is told', () => {
    const state = ready();
    state.ask(request('r1', [[claim('x')], [claim('y')]]));
    expect(stands(state, 'r1', 'x', 'y', 'z')).toEqual(['held', 'held', 'unknown']);
    expect(state.hasNews).toBe(false);
  });

  it('waits for who has the VM under any of its names, says for whom, and is told when it is free', () => {
    const state = ready();
    state.ask(request('r1', [[claim('x', 'replication', 'x-at-lyon')]]));
    state.ask(request('r2', [[claim('x-at-lyon')]]));
    expect(stands(state, 'r2', 'x-at-lyon')).toEqual(['waits for r1']);
    expect(told(state)).toEqual({ r1: { granted: [], waiting: [], awaited: granted('x') } });
    state.over(over('r1', 'x'));
    expect(stands(state, 'r2', 'x-at-lyon')).toEqual(['held']);
    expect(told(state)).toEqual({ r2: { granted: granted('x-at-lyon'), waiting: [], awaited: [] } });
  });

  it('of several VMs holds none of them while it waits for one', () => {
    const state = ready();
    state.ask(request('r1', [[claim('b')]]));
    state.ask(request('d1', [[claim('a'), claim('b')]]));
    expect(stands(state, 'd1', 'a', 'b')).toEqual(['waits', 'waits for r1']);
    state.ask(request('d2', [[claim('b'), claim('a')]]));
    expect(stands(state, 'd2', 'b', 'a')).toEqual(['waits for r1', 'waits for d1']);
    state.over(over('r1', 'b'));
    expect(stands(state, 'd1', 'a', 'b')).toEqual(['held', 'held']);
    expect(told(state).d2).toEqual({ granted: [], waiting: [{ unit: 'b', by: 'd1' }], awaited: [] });
    state.over(over('d1', 'a'));
    expect(stands(state, 'd2', 'b', 'a')).toEqual(['waits for d1', 'waits']);
    state.over(over('d1', 'b'));
    expect(stands(state, 'd2', 'b', 'a')).toEqual(['held', 'held']);
  });

  it('that comes again holds its place in the queue, and may be for fewer VMs', () => {
    const state = ready();
    state.ask(request('r1', [[claim('b')]]));
    for (const group of [
      [claim('a'), claim('b')],
      [claim('a'), claim('b')],
    ])
      state.ask(request('d1', [group]));
    state.ask(request('d2', [[claim('a')]]));
    expect(stands(state, 'd2', 'a')).toEqual(['waits for d1']);
    state.ask(request('d1', [[claim('a')]]));
    expect(stands(state, 'd1', 'a', 'b')).toEqual(['held', 'unknown']);
    expect(stands(state, 'd2', 'a')).toEqual(['waits for d1']);
  });

  it('ends with the workflow that it is for: a word of an earlier one, or of another run, ends nothing', () => {
    const state = ready();
    state.ask(request('r1', [[{ ...claim('x'), revision: 2 }]]));
    state.over(over('r1', 'x', 1));
    state.over(over('r2', 'x', 9));
    state.ask(request('r1', [[claim('x')]]));
    state.over(over('r1', 'x', 1));
    expect(stands(state, 'r1', 'x')).toEqual(['held']);
    state.over(over('r1', 'x', 2));
    expect(stands(state, 'r1', 'x')).toEqual(['unknown']);
  });

  it('for the next workflow of a unit takes the place of that of its last', () => {
    const state = ready();
    state.ask(request('r1', [[claim('x')]]));
    state.ask(request('r1', [[{ ...claim('x'), revision: 2 }]]));
    state.ask(request('r2', [[claim('x')]]));
    state.over(over('r1', 'x', 2));
    expect(stands(state, 'r2', 'x')).toEqual(['held']);
  });

  it('is over with those that are told along with the next question', () => {
    const state = ready();
    state.ask(request('r1', [[claim('x')]]));
    state.ask(request('r2', [[claim('x')]]));
    state.ask(request('r1', [[claim('y')]], granted('x')));
    expect(stands(state, 'r2', 'x')).toEqual(['held']);
  });

  it('of a claimant that ends, or that is gone, is waited for by nobody', () => {
    const state = ready();
    state.ask(request('r1', [[claim('x')]]));
    for (const run of ['r2', 'r3', 'r4']) state.ask(request(run, [[claim('x')]]));
    state.gone('run/r2');
    state.over({ run: 'r1', parent: 'run/r1', over: 'all' });
    expect(stands(state, 'r3', 'x')).toEqual(['held']);
    state.over({ run: 'r3', parent: 'run/r3', over: 'all' });
    expect(stands(state, 'r4', 'x')).toEqual(['held']);
  });
});

describe('a further name of a VM', () => {
  const unsent = (run: string) => ({ run, parent: `run/${run}`, source: 'paris', revision: 1 });

  it('that nobody has is the unit’s from then on', () => {
    const state = ready();
    state.ask(request('r1', [[claim('x')]]));
    state.more({ run: 'r1', unit: 'x', also: ['y'], unsent: unsent('r1') });
    state.ask(request('r2', [[claim('y')]]));
    expect(stands(state, 'r1', 'x')).toEqual(['held']);
    expect(stands(state, 'r2', 'y')).toEqual(['waits for r1']);
  });

  it('that others have makes a unit that has sent nothing give all back, and wait with all of its names', () => {
    const state = ready();
    state.ask(request('r1', [[claim('x')]]));
    state.ask(request('r2', [[claim('y')]]));
    state.more({ run: 'r2', unit: 'y', also: ['x'], unsent: unsent('r2') });
    expect(stands(state, 'r2', 'y')).toEqual(['waits for r1']);
    // What it gave back is not free for those who come later.
    state.ask(request('r3', [[claim('y')]]));
    expect(stands(state, 'r3', 'y')).toEqual(['waits for r2']);
    state.over(over('r1', 'x'));
    expect(stands(state, 'r2', 'y')).toEqual(['held']);
    state.over(over('r2', 'y'));
    expect(stands(state, 'r3', 'y')).toEqual(['held']);
  });

  it('that is told again, and others, take none from a unit that waits', () => {
    const state = ready();
    state.ask(request('r1', [[claim('x')]]));
    state.ask(request('r2', [[claim('y', 'y-at-lyon')]]));
    for (const name of ['x', 'x', 'replication'])
      state.more({ run: 'r2', unit: 'y', also: [name], unsent: unsent('r2') });
    state.ask(request('r3', [[claim('y-at-lyon')]]));
    state.over(over('r1', 'x'));
    expect(stands(state, 'r2', 'y')).toEqual(['held']);
    expect(stands(state, 'r3', 'y-at-lyon')).toEqual(['waits for r2']);
    state.ask(request('r4', [[claim('x')], [claim('replication')]]));
    expect(stands(state, 'r4', 'x', 'replication')).toEqual(['waits for r2', 'waits for r2']);
  });

  it('is taken by a unit that has sent something; one that nothing is known of has no use for it', () => {
    const state = ready();
    state.ask(request('r1', [[claim('x')]]));
    state.ask(request('r2', [[claim('y')]]));
    state.more({ run: 'r1', unit: 'x', also: ['y'], unsent: null });
    state.more({ run: 'r9', unit: 'q', also: ['z'], unsent: null });
    expect(stands(state, 'r1', 'x')).toEqual(['held']);
    state.ask(request('r3', [[claim('y')], [claim('z')]]));
    state.over(over('r2', 'y'));
    expect(stands(state, 'r3', 'y', 'z')).toEqual(['waits for r1', 'held']);
  });
});

describe('what is claimed', () => {
  it('is not told before it is known what was claimed before, and comes after that', () => {
    const state = new ClaimsState();
    state.ask(request('r2', [[claim('y')], [claim('z')]]));
    expect(state.standings({ run: 'r2', units: ['y'] })).toMatchObject({ isReady: false });
    const { run, parent, source } = request('r1', []);
    const held: HeldClaims = { run, parent, source, sites: ['lyon', 'paris'], claims: [claim('x', 'y')] };
    state.rebuilt([held]);
    expect(stands(state, 'r2', 'y', 'z')).toEqual(['waits for r1', 'held']);
  });

  it('is asked about once somebody waits, and is free where nobody is left of it', () => {
    const state = ready();
    state.ask(request('r1', [[claim('x')]]));
    expect(state.isToBeChecked).toBe(false);
    state.ask(request('r2', [[claim('x')]]));
    expect(state.isToBeChecked).toBe(true);
    const suspects = state.takeSuspects();
    expect(suspects).toEqual([{ run: 'r1', parent: 'run/r1', source: 'paris', unit: 'x', revision: 1 }]);
    expect(state.isToBeChecked).toBe(false);
    told(state);
    state.checked({ ended: [], idle: suspects });
    expect(told(state)).toEqual({ r1: { granted: [], waiting: [], awaited: granted('x') } });
    state.checked({ ended: suspects, idle: [] });
    expect(stands(state, 'r2', 'x')).toEqual(['held']);
    expect(state.suspects).toBe(0);
  });

  it('goes on when its workflow continues as new', () => {
    const before = ready();
    before.ask(request('r1', [[claim('x', 'y')]]));
    before.ask(request('d1', [[claim('y'), claim('z')]]));
    const state = ready(JSON.parse(JSON.stringify(before.carried)));
    expect(stands(state, 'r1', 'x')).toEqual(['held']);
    expect(stands(state, 'd1', 'y', 'z')).toEqual(['waits for r1', 'waits']);
    state.over(over('r1', 'x'));
    expect(told(state).d1?.granted).toEqual(granted('y', 'z'));
  });
});

describe('500 that wait', () => {
  const units = Array.from({ length: 500 }, (_, n) => `vm-${n}`);

  it('cost one word to each claimant, and one more when they are free', () => {
    const state = ready();
    state.ask(request('r1', [units.map((unit) => claim(unit))]));
    state.ask(
      request(
        'r2',
        units.map((unit) => [claim(unit)]),
      ),
    );
    expect(state.takeNews().map(({ parent }) => parent)).toEqual(['run/r1']);
    state.over({ run: 'r1', parent: 'run/r1', over: 'all' });
    expect(state.takeNews()).toMatchObject([{ parent: 'run/r2', word: { granted: granted(...units) } }]);
  });
});

it('10,000 claims, of which 2,500 are held, are carried within 256 KiB', async () => {
  const ids = Array.from({ length: 10_000 }, () => randomUUID());
  const state = ready();
  const claims = ids.map((unit) => [claim(unit)]);
  for (let run = 0; run < 5; run += 1) state.ask(request(`r${run}`, claims.slice(run * 500, run * 500 + 500)));
  for (let n = 0; n < 3; n += 1)
    for (let run = 0; run < 5; run += 1) state.ask(request(`w${n}-${run}`, claims.slice(run * 500, run * 500 + 500)));
  const { held, queue } = state.carried;
  expect([held.flatMap((one) => one.claims), queue].map(({ length }) => length)).toEqual([2_500, 7_500]);
  expect(await onTheWire(state.carried)).toBeLessThan(LIMIT);
});
