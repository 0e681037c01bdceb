/** Nothing that is carried, returned or answered exceeds 256 KiB on the wire: with the worst that is known of sites. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { ShardInput } from '../../../contract/inputs.js';
import { headOf, piecesOf } from '../../../contract/pieces.js';
import { totalsOf, type VmReport } from '../../../contract/report.js';
import { MOST_IN_SHARD, type ShardOrders } from '../../../contract/shard.js';
import type { UnitMemory } from '../../../contract/unit.js';
import { MOST, withinBudget } from '../../../workflows/run/cut-rows.js';
import { longestCutover } from '../../../workflows/run/longest-cutover.js';
import { pageOf } from '../../../workflows/run/pages.js';
import { ShardState } from '../../../workflows/run/shard-state.js';
import { Tree } from '../../../workflows/run/tree.js';
import { aPlan, aVm, aWave } from '../../support/plans.js';
import { gateMemory, heavy, hooksOf, LIMIT, noise, onTheWire } from '../support/wire.js';

const NOW = Date.parse('2026-12-05T22:00:00.000Z');
const ids = Array.from({ length: MOST_IN_SHARD }, () => randomUUID());
const plan = aPlan({
  waves: [aWave('all', ...ids.map((id) => aVm(`app-${id.slice(0, 6)}`, { id, storageProfile: 'gold' })))],
});
const [piece] = piecesOf(plan);
const orders: ShardOrders = {
  run: 'r1',
  shard: 0,
  revision: 1,
  begin: { selfCheck: 1, missingFor: 1 },
  paused: null,
  resumedAt: 0,
  cancelling: false,
  untilSynced: false,
  turn: 0,
  longest: null,
  room: { all: MOST_IN_SHARD, copies: MOST_IN_SHARD },
  outcomes: [],
  acts: [],
  decided: 0,
};

/** A full shard of which each VM has said this last. */
function shardOf(
  reportOf: (id: string) => VmReport,
  memoryOf: (id: string) => UnitMemory | null,
  kept = true,
): ShardInput {
  if (piece === undefined) throw new RangeError('a plan has a piece');
  const input = { run: 'r1', shard: 0, execution: randomUUID(), startedAt: NOW, plan: headOf(plan), orders };
  const state = new ShardState(input, piece, orders, NOW);
  for (const id of ids) {
    state.units.started(id, NOW);
    const word = {
      run: 'r1',
      unit: id,
      revision: 1,
      report: reportOf(id),
      memory: memoryOf(id),
      claimedBy: null,
      kept,
    };
    expect(state.units.said(word, NOW)).toBe(true);
  }
  return { ...input, carried: state.carried };
}

const none = () => null;

describe('what a full shard carries over a continue-as-new', () => {
  it.each([
    ['after 3 operations each', 3, {}],
    ['after 8', 8, {}],
    ['after 40', 40, {}],
    ['with a warning at each of 8', 8, { warning: noise(300) }],
    ['with long messages of failures', 5, { error: 'long' }],
  ])('fits, where all VMs have ended %s', async (_, count, text) => {
    const reportOf = (id: string) => heavy(id, count, 'error' in text ? { error: noise(1_200) } : text);
    expect(await onTheWire(shardOf(reportOf, none))).toBeLessThan(LIMIT);
  });

  it('fits, where hooks were asked again and again for each, and keeps that each was let begin', async () => {
    const { carried, ...input } = shardOf((id) => ({ ...heavy(id, 4), hooks: hooksOf(id, 10) }), none);
    expect(await onTheWire({ ...input, carried })).toBeLessThan(LIMIT);
    expect(carried?.vms.map(({ hooks = [] }) => hooks.at(-1)?.event)).toEqual(ids.map(() => 'beforeVm'));
  });

  it('fits, where all VMs wait at their gate', async () => {
    const atGate = (id: string): VmReport => ({ ...heavy(id, 2), state: 'waiting', step: 'gate', finishedAt: null });
    expect(await onTheWire(shardOf(atGate, gateMemory))).toBeLessThan(LIMIT);
  });

  it('is whole of those that the store does not have', () => {
    const { carried } = shardOf((id) => heavy(id, 40), none, false);
    expect(carried?.vms.filter(({ cut }) => cut !== undefined)).toEqual([]);
  });
});

describe('rows that are too much for one message', () => {
  const rows = ids.map((id) => heavy(id, 9, { warning: 'customization failed' }));
  const cut = withinBudget(rows, () => true, MOST.answered);

  it('are cut until they fit, and say how much is left out', async () => {
    expect(await onTheWire(rows)).toBeGreaterThan(LIMIT);
    expect(await onTheWire(cut)).toBeLessThan(LIMIT);
    expect(cut[0]?.cut).toEqual({ operations: 8, warnings: 9 });
    expect(cut.at(-1)).toEqual(rows.at(-1));
  });

  it('fit as well where each VM has failed for a reason of its own', async () => {
    const failed = ids.map((id) => heavy(id, 6, { error: noise(1_200) }));
    expect(await onTheWire(withinBudget(failed, () => true, MOST.answered))).toBeLessThan(LIMIT);
  });

  it('say of totals and cutovers what they said', () => {
    expect(totalsOf(cut)).toEqual(totalsOf(rows));
    const last = rows.map((vm) => ({ operations: vm.operations.filter(({ kind }) => kind === 'migrate').slice(-1) }));
    expect(longestCutover(withinBudget(rows, () => true, 0))).toBe(longestCutover(last));
  });

  it('are as they were, where they fit', () => {
    const few = rows.slice(0, 10);
    expect(withinBudget(few, () => true, MOST.answered)).toEqual(few);
  });

  it('of a default migration are whole: their evidence needs no store', async () => {
    const usual = ids.map((id) => heavy(id, 4));
    expect(withinBudget(usual, () => true, MOST.answered)).toEqual(usual);
    expect(await onTheWire(usual)).toBeLessThan(LIMIT);
  });
});

describe('a page of rows', () => {
  it.each([
    ['of many operations', (id: string) => heavy(id, 40)],
    ['of text that does not compress', (id: string) => heavy(id, 5, { error: noise(20_000) })],
  ])('fits, %s', async (_, like) => {
    const page = pageOf(ids.map(like), { from: 0 });
    expect(page.rows.length).toBeGreaterThan(1);
    expect(await onTheWire(page)).toBeLessThan(LIMIT);
  });

  it('of a list has a whole shard', () => {
    const rows = ids.map((id) => heavy(id, 8));
    expect(pageOf(rows, { from: 0, isBrief: true }).next).toBeNull();
  });
});

describe('what a run carries', () => {
  it('fits with a hundred shards, each of which has said all that it may', async () => {
    const shards = 100;
    const waves = Array.from({ length: 20 }, (_, n) => aWave(`wave ${n}`, aVm(`a${n}`)));
    const tree = new Tree({ run: 'r1', plan: headOf(aPlan({ waves })), shards }, NOW);
    for (let shard = 0; shard < shards; shard += 1) {
      const ends = Array.from({ length: 50 }, (_, n) => ({
        id: randomUUID(),
        name: noise(8),
        at: NOW + n,
        code: null,
        number: n + 1,
      }));
      const totals = totalsOf([]);
      tree.said({
        run: 'r1',
        shard,
        revision: 7,
        obeyed: 1,
        loaded: true,
        totals,
        good: 0,
        unfinished: waves.map((_, at): [number, number] => [at, 25]),
        wanted: { open: 5, others: 3, copies: 1 },
        longest: 60_000,
        ends,
        keepsPlaces: true,
        outcomes: [],
        answers: [{ number: 1, done: { count: 11, names: ids.slice(0, 11) }, asked: { count: 0, names: [] } }],
        waitsForStore: false,
        isOver: false,
      });
    }
    expect(await onTheWire(tree.carried)).toBeLessThan(LIMIT);
    expect(await onTheWire(tree.head)).toBeLessThan(LIMIT);
  });
});
