/** What a run decides for its shards, and what it makes of what they say. */
import { describe, expect, it } from '@jest/globals';
import type { VmReport } from '../../../contract/report.js';
import type { Room, ShardWord, Wanted } from '../../../contract/shard.js';
import type { UnitWord } from '../../../contract/unit.js';
import type { Plan } from '../../../plan/types.js';
import { divided } from '../../../workflows/run/room.js';
import { Tree } from '../../../workflows/run/tree.js';
import { aPlan, aVm, aWave } from '../../support/plans.js';
import { RunOfShards } from '../support/run-of-shards.js';

const NOW = Date.parse('2026-12-05T21:00:00Z');
const vms = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => aVm(name));
const inPairs = (change: Partial<Plan> = {}) =>
  new RunOfShards(aPlan({ waves: [aWave('all', ...vms)], ...change }), { most: 2 }, NOW);
const idOf = (name: string) => `id-of-${name}`;
const vmOf = (run: RunOfShards, name: string) => run.report(NOW).vms.find(({ id }) => id === idOf(name)) as VmReport;

/** The cutover of a VM that is under way ends, so many seconds after the beginning. */
function end(run: RunOfShards, name: string, code: string | null, second: number): void {
  const at = new Date(NOW + second * 1_000).toISOString();
  const result = code === null ? 'succeeded' : 'failed';
  const record = { operationId: name, taskId: null, adopted: false, submittedAt: at, finishedAt: at, result } as const;
  const error = {
    code: code ?? '',
    message: '',
    operation: 'migrate',
    taskId: null,
    site: null,
    advice: null,
  } as const;
  const report: VmReport = {
    ...vmOf(run, name),
    state: result,
    step: 'done',
    operations: [{ kind: 'migrate', ...record }],
    error: code === null ? null : error,
  };
  const word: UnitWord = {
    run: 'r1',
    unit: idOf(name),
    revision: 1,
    report,
    memory: null,
    claimedBy: null,
    kept: true,
  };
  run.said(word, NOW);
}

function begin(run: RunOfShards, ...names: string[]): void {
  for (const name of names) run.started(idOf(name), NOW);
}

describe('a run that pauses itself', () => {
  it('counts failures in a row over all shards, in the order of their ends', () => {
    const run = inPairs({ stopAfter: { sameCode: 3 } });
    begin(run, 'a', 'c', 'e', 'f');
    end(run, 'a', 'X', 1);
    end(run, 'e', 'X', 3);
    expect(run.tree.paused).toBeNull();
    end(run, 'c', 'X', 2);
    expect(run.tree.paused?.message).toBe('3 cutovers in a row failed with X (stopAfter): a, c, e.');
    expect(run.next(NOW)).toEqual([]);
  });

  it('is not paused by failures in different shards with a success in between', () => {
    const run = inPairs({ stopAfter: { sameCode: 3 } });
    begin(run, 'a', 'c', 'e', 'f');
    end(run, 'a', 'X', 1);
    end(run, 'c', 'X', 2);
    end(run, 'f', null, 3);
    end(run, 'e', 'X', 4);
    expect(run.tree.paused).toBeNull();
  });

  it('gives a place back when it has decided that it goes on, and keeps it until then', () => {
    const run = inPairs({ stopAfter: { sameCode: 3 } });
    begin(run, 'a');
    end(run, 'a', 'X', 1);
    expect(run.freed).toEqual([idOf('a')]);
  });
});

it('a name that VMs of two shards have is that of none; an id is that of one', () => {
  const twins = [aVm('a'), aVm('b'), aVm('twin', { id: 'id-1' }), aVm('c'), aVm('twin', { id: 'id-2' })];
  const run = new RunOfShards(aPlan({ waves: [aWave('all', ...twins)] }), { most: 2 }, NOW);
  expect(run.find('twin')).toEqual(['id-1', 'id-2']);
  expect(run.find('id-2')).toEqual(['id-2']);
  expect(run.find('nobody')).toEqual([]);
});

it('an approval that reaches its shards too late is refused by all of them', () => {
  const run = inPairs({ cutover: { ...aPlan().cutover, approval: 'wave' } });
  const number = run.tree.want('approve', { wave: 'all' }, NOW + 10);
  run.settle(NOW + 10);
  expect(run.tree.wants.answerTo(number)).toMatchObject({ isLate: true, done: { count: 0 } });
  expect(run.next(NOW).every(({ phase }) => phase === 'copy')).toBe(true);
});

it('what a VM of another shard comes after is waited for, and told to nobody else', () => {
  const waves = [aWave('all', aVm('a'), aVm('b'), aVm('c', { after: [idOf('a')] }), aVm('d'), aVm('e'))];
  const run = new RunOfShards(aPlan({ waves, sync: 'wave' }), { most: 2 }, NOW);
  const named = () => run.next(NOW).map(({ vm }) => vm.name);
  expect(named()).toEqual(['a', 'b', 'd', 'e']);
  begin(run, 'a');
  end(run, 'a', null, 1);
  expect(named()).toEqual(['b', 'c', 'd', 'e']);
  expect([0, 1, 2].map((n) => run.tree.ordersFor(n).outcomes.map(({ id }) => id))).toEqual([[], [idOf('a')], []]);
});

describe('a shard that was terminated', () => {
  it('has failed with all that it had not ended, and the run goes on without it', () => {
    const run = inPairs();
    begin(run, 'a', 'b', 'c');
    end(run, 'a', null, 1);
    run.tree.lost(0);
    run.settle(NOW);
    expect(run.tree.report.totals).toMatchObject({ vms: 6, succeeded: 1, failed: 1, running: 1, waiting: 3 });
    expect(run.tree.open).toEqual([1, 2]);
    expect(run.tree.head.lost).toEqual([0]);
  });

  it('answers no act, and is not waited for', () => {
    const run = inPairs();
    const number = run.tree.want('cancel', {});
    run.tree.lost(0);
    run.settle(NOW);
    expect(run.tree.wants.isAnswered(number)).toBe(true);
  });
});

describe('what shards say', () => {
  const word: ShardWord = {
    run: 'r1',
    shard: 0,
    revision: 2,
    obeyed: 1,
    loaded: true,
    totals: { vms: 2, succeeded: 1, failed: 0, cancelled: 0, skipped: 0, running: 0, waiting: 1, warnings: 0 },
    good: 1,
    unfinished: [[0, 1]],
    wanted: { open: 0, others: 0, copies: 1 },
    longest: null,
    ends: [],
    keepsPlaces: false,
    outcomes: [],
    answers: [],
    waitsForStore: false,
    isOver: false,
  };
  const head = { ...aPlan(), waves: [{ name: 'all', vms: 4 }] };
  const tree = () => new Tree({ run: 'r1', plan: head, shards: 2 }, NOW);

  it.each([
    ['of another run', { run: 'r2' }],
    ['of a shard that it does not have', { shard: 2 }],
    ['that comes late', { revision: 1 }],
    ['that comes twice', {}],
  ])('says nothing %s', (_, change) => {
    const run = tree();
    expect(run.said(word)).toBe(true);
    expect(run.said({ ...word, ...change })).toBe(false);
  });

  it('counts what is not loaded as waiting, and begins nothing before all is', () => {
    const run = tree();
    run.begin({ selfCheck: 1, missingFor: 1 });
    run.said(word);
    expect(run.report.totals).toMatchObject({ vms: 4, succeeded: 1, waiting: 3 });
    expect(run.ordersFor(0).begin).toBeNull();
    expect(run.head).toMatchObject({ shards: 2, loaded: [0] });
    run.said({ ...word, shard: 1 });
    expect(run.ordersFor(0).begin).not.toBeNull();
  });

  it('of a plan that was never loaded has cancelled what is missing', () => {
    const run = tree();
    run.want('cancel', {});
    run.said({ ...word, isOver: true, totals: { ...word.totals, waiting: 0, cancelled: 1 } });
    run.said({ ...word, shard: 1, loaded: false, isOver: true });
    expect(run.report).toMatchObject({
      state: 'cancelled',
      totals: { vms: 4, succeeded: 1, cancelled: 3, waiting: 0 },
    });
  });
});

describe('units that may be open', () => {
  const wanted = (open: number, others: number, copies: number): Wanted => ({ open, others, copies });
  const all = (rooms: Room[]) => rooms.reduce((sum, room) => sum + room.all, 0);

  it('are 500 over all shards, what is cut over before what is copied, in the order of the plan', () => {
    expect(divided([wanted(0, 0, 500), wanted(0, 300, 500), wanted(0, 0, 500)], [])).toEqual([
      { all: 200, copies: 200 },
      { all: 300, copies: 0 },
      { all: 0, copies: 0 },
    ]);
  });

  it('are never more because some are open already', () => {
    const rooms = divided([wanted(350, 0, 150), wanted(40, 200, 0), wanted(0, 0, 500)], []);
    expect(all(rooms)).toBe(500);
    expect(rooms[1]).toEqual({ all: 150, copies: 40 });
  });

  it('stay as they are while there is enough for all', () => {
    const before = divided([wanted(0, 0, 50), wanted(0, 0, 30)], []);
    expect(divided([wanted(20, 0, 0), wanted(10, 0, 5)], before)).toEqual(before);
  });
});
