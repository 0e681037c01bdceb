/** When a run asks the hooks of its waves, and what follows from their answers. */
import { describe, expect, it } from '@jest/globals';
import { CODES } from '../../../contract/codes.js';
import type { HookRecord } from '../../../contract/hook-record.js';
import { hookRecord } from '../../../contract/hooks.js';
import type { Hook, Hooks, Plan } from '../../../plan/types.js';
import type { Due } from '../../../workflows/run/hook-turns.js';
import { noMemory } from '../../../workflows/run/retry.js';
import { aPlan, aVm, aWave } from '../../support/plans.js';
import { RunOfShards } from '../support/run-of-shards.js';

const NOW = Date.parse('2026-11-28T22:00:00Z');
const hook = (rule: Hook['rule'] = 'hold'): Hook => ({
  url: 'https://itsm.example.com/',
  method: 'POST',
  timeout: 1,
  retries: 0,
  rule,
});
const warn = { ...hook(), rule: 'warn' as const };

const planOf = (hooks: Hooks, change: Partial<Plan> = {}): Plan =>
  aPlan({ hooks, waves: [aWave('pilot', aVm('web1'), aVm('web2')), aWave('core', aVm('db1'))], ...change });

class World {
  readonly run: RunOfShards;
  constructor(plan: Plan, before?: RunOfShards) {
    this.run = new RunOfShards(plan, { most: 2, ...(before && { carried: structuredClone(before.carried) }) }, NOW);
  }

  due(): Due[] {
    const { tree } = this.run;
    return tree.hooks.due({ ...tree.hookFacts, isPaused: tree.paused !== null, isCancelling: tree.isCancelling });
  }

  names = () => this.due().map(({ event, at, number }) => `${event} ${at} ${number}`);

  answer(due: Due | undefined, ok: boolean): boolean {
    if (due === undefined) throw new Error('nothing is asked');
    const asked = { event: due.event, hook: due.hook, key: 'k', at: '' };
    const record: HookRecord = hookRecord(asked, '', { ok, url: '', detail: 'no', advice: null, attempts: 1 });
    const isHeld = this.run.tree.hooks.answered(due, record, { message: 'the hook said no', advice: 'See why.' });
    this.run.settle(NOW);
    return isHeld;
  }

  /** Begins what may be begun. */
  begin(): string[] {
    const begun = this.run.next(NOW).map(({ vm, phase }) => ({ name: vm.name, phase }));
    for (const { vm } of this.run.next(NOW)) this.run.started(vm.id, NOW);
    return begun.map(({ name, phase }) => `${name} ${phase}`);
  }

  /** Their workflows end: at the gate, or with a state. */
  end(state: 'gate' | 'succeeded' | 'failed', ...names: string[]): void {
    for (const name of names) {
      const id = `id-of-${name}`;
      const { revision } = this.run.beginning(id);
      const before = this.run.report(NOW).vms.find((vm) => vm.id === id);
      if (before === undefined) throw new Error(`no ${name}`);
      const report = { ...before, state: state === 'gate' ? ('waiting' as const) : state };
      const memory = state === 'gate' ? noMemory({ site: 'lyon', peer: 'paris' }) : null;
      this.run.said({ run: 'r1', unit: id, revision, report, memory, claimedBy: null, kept: true }, NOW);
    }
  }

  get states(): Record<string, string> {
    return Object.fromEntries(this.run.report(NOW).vms.map(({ name, state, error }) => [name, error?.code ?? state]));
  }
}

describe('the hook before a wave', () => {
  it('is asked once the first VM could be cut over, and copies are made before that', () => {
    const world = new World(planOf({ beforeWave: hook() }));
    expect(world.names()).toEqual([]);
    expect(world.begin()).toEqual(['web1 copy', 'web2 copy', 'db1 copy']);
    world.end('gate', 'web1');
    const [due] = world.due();
    expect(due).toMatchObject({ event: 'beforeWave', at: 0, number: 1 });
    // One question, however often it is looked for.
    expect(world.names()).toEqual([]);
    expect(world.begin()).toEqual([]);
    world.answer(due, true);
    expect(world.begin()).toEqual(['web1 cutover']);
    world.end('gate', 'web2', 'db1');
    expect(world.begin()).toEqual(['web2 cutover']);
    expect(world.names()).toEqual([]);
    world.end('succeeded', 'web1', 'web2');
    expect(world.begin()).toEqual([]);
    expect(world.names()).toEqual(['beforeWave 1 1']);
  });

  it('is asked before the copies where waves order those, and not before an approval', () => {
    const copies = new World(planOf({ beforeWave: hook() }, { sync: 'wave' }));
    expect(copies.begin()).toEqual([]);
    const [due] = copies.due();
    expect(due).toMatchObject({ at: 0 });
    copies.answer(due, true);
    expect(copies.begin()).toEqual(['web1 through', 'web2 through']);

    const cutover = { ...aPlan().cutover, approval: 'wave' as const };
    const approved = new World(planOf({ beforeWave: hook() }, { cutover }));
    approved.begin();
    approved.end('gate', 'web1', 'web2', 'db1');
    expect(approved.names()).toEqual([]);
    approved.run.approve({ wave: 'pilot' });
    expect(approved.names()).toEqual(['beforeWave 0 1']);
  });

  it('is not asked before the run has begun, which its own hook may not let', () => {
    const world = new World(planOf({ beforeRun: hook(), beforeWave: hook() }, { sync: 'wave' }));
    world.run.tree.begin(null);
    world.run.settle(NOW);
    expect(world.names()).toEqual([]);
    world.run.tree.begin({ selfCheck: 1, missingFor: 1 });
    world.run.settle(NOW);
    expect(world.names()).toEqual(['beforeWave 0 1']);
  });

  it('holds the run until a person resumes it, and is asked again with another number', () => {
    const world = new World(planOf({ beforeWave: hook('hold') }));
    world.begin();
    world.end('gate', 'web1');
    expect(world.answer(world.due()[0], false)).toBe(true);
    world.run.pause({ message: 'the hook said no', advice: null });
    expect(world.names()).toEqual([]);
    world.run.resume(NOW + 1);
    expect(world.names()).toEqual(['beforeWave 0 2']);
  });

  it('fails its wave by its rule, and the next one is asked about; tried again, it is asked again', () => {
    const world = new World(planOf({ beforeWave: hook('fail'), afterWave: warn }));
    world.begin();
    world.end('gate', 'web1', 'web2', 'db1');
    expect(world.answer(world.due()[0], false)).toBe(false);
    world.begin();
    world.run.settle(NOW);
    expect(world.states).toEqual({ web1: CODES.hookFailed, web2: CODES.hookFailed, db1: 'waiting' });
    // What was not begun has not ended: nobody is told after it.
    expect(world.names()).toEqual(['beforeWave 1 1']);
    world.run.retry({ vm: 'web1' }, NOW);
    expect(world.states).toMatchObject({ web1: 'waiting', web2: CODES.hookFailed });
    const [again] = world.due();
    expect(again).toMatchObject({ at: 0, number: 2 });
    world.answer(again, true);
    expect(world.begin()).toEqual(['web1 cutover']);
  });

  it('goes on with a warning by its rule, and with no hook at all', () => {
    const world = new World(planOf({ beforeWave: hook('warn') }));
    world.begin();
    world.end('gate', 'web1');
    world.answer(world.due()[0], false);
    expect(world.begin()).toEqual(['web1 cutover']);
    expect(world.run.report(NOW).hooks).toMatchObject([{ event: 'beforeWave', result: 'failed' }]);
    expect(new World(planOf({})).begin()).toEqual(['web1 through', 'web2 through', 'db1 copy']);
  });
});

describe('the hook after a wave', () => {
  it('is sent once, over continue-as-new, whatever is tried again', () => {
    const plan = planOf({ afterWave: warn });
    const first = new World(plan);
    first.begin();
    first.end('succeeded', 'web1');
    expect(first.names()).toEqual([]);
    first.end('failed', 'web2');
    const [due] = first.due();
    expect(due).toMatchObject({ event: 'afterWave', at: 0, number: 1 });
    expect(first.run.tree.hooks.isIdle).toBe(false);
    first.answer(due, false);
    expect(first.run.tree.hooks.isIdle).toBe(true);
    expect(first.states).toMatchObject({ web1: 'succeeded' });
    const next = new World(plan, first.run);
    expect(next.names()).toEqual([]);
    next.run.retry({ vm: 'web2' }, NOW);
    expect(next.names()).toEqual([]);
  });

  it('is not sent twice by an execution that was to continue as new while it was asked', () => {
    const plan = planOf({ beforeWave: hook() });
    const first = new World(plan);
    first.begin();
    first.end('gate', 'web1');
    first.answer(first.due()[0], true);
    const next = new World(plan, first.run);
    expect(next.names()).toEqual([]);
    expect(next.begin()).toEqual(['web1 cutover']);
  });
});
