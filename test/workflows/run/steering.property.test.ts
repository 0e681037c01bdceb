/** Whatever persons say to a run, in whatever order, while its VMs are in whatever phase: nothing happens that was not asked for. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { VmChange } from '../../../contract/amend.js';
import { isFinal, type VmReport } from '../../../contract/report.js';
import type { Phase } from '../../../contract/unit.js';
import type { Plan } from '../../../plan/types.js';
import type { Begin } from '../../../workflows/run/next-units.js';
import { noMemory } from '../../../workflows/run/retry.js';
import { aPlan, aVm, aWave } from '../../support/plans.js';
import { RunOfShards } from '../support/run-of-shards.js';

const SEQUENCES = 500;
const NAMES = ['a', 'b', 'c', 'd', 'e'] as const;
const idOf = (name: string) => `id-of-${name}`;
const waves = [aWave('pilot', aVm('a'), aVm('b')), aWave('core', aVm('c'), aVm('d', { after: [idOf('c')] }), aVm('e'))];
const memory = noMemory({ site: 'lyon', peer: 'paris' });

type Act =
  | { say: 'approve' | 'cancel' | 'retry' | 'skip'; whom: { vm?: string; wave?: string } }
  | { say: 'pause' | 'resume' | 'undo' | 'go on as new' }
  | { say: 'change'; vm: string; change: VmChange }
  | { say: 'move'; vm: string; to: number }
  | { say: 'remove'; vm: string }
  | { say: 'begin'; most: number }
  | { say: 'end'; vm: string; how: 'gate' | 'good' | 'bad' | 'undone' };

const vm = fc.constantFrom(...NAMES);
const whom = fc.oneof(
  fc.constant({}),
  vm.map((one) => ({ vm: one })),
  fc.constantFrom('pilot', 'core').map((wave) => ({ wave })),
);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 18, arbitrary: fc.record({ say: fc.constant('begin' as const), most: fc.integer({ min: 1, max: 5 }) }) },
  {
    weight: 18,
    arbitrary: fc.record({
      say: fc.constant('end' as const),
      vm,
      how: fc.constantFrom('gate' as const, 'good' as const, 'bad' as const, 'undone' as const),
    }),
  },
  {
    weight: 15,
    arbitrary: fc.record({ say: fc.constantFrom('approve' as const, 'retry' as const, 'skip' as const), whom }),
  },
  { weight: 2, arbitrary: fc.record({ say: fc.constant('cancel' as const), whom }) },
  {
    weight: 9,
    arbitrary: fc.record({ say: fc.constantFrom('pause' as const, 'resume' as const, 'go on as new' as const) }),
  },
  { weight: 1, arbitrary: fc.record({ say: fc.constant('undo' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      say: fc.constant('change' as const),
      vm,
      change: fc.constantFrom<VmChange>({ network: 'n' }, { powerOn: false }, { storageProfile: 's' }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ say: fc.constant('move' as const), vm, to: fc.integer({ min: 0, max: 1 }) }) },
  { weight: 1, arbitrary: fc.record({ say: fc.constant('remove' as const), vm }) },
);

interface Setting {
  approval: Plan['cutover']['approval'];
  sync: Plan['sync'];
  /** VMs of a shard */
  most: number;
}

/** A run, and what a person who writes everything down knows of it. */
class Night {
  readonly #plan: Plan;
  readonly #most: number;
  #run: RunOfShards;
  #now = Date.parse('2026-12-05T21:00:00Z');
  /** waves, VMs, or `all` */
  readonly #approved = new Set<string>();
  #isPaused = false;
  #isCancelled = false;
  /** workflows that were begun for each VM, and what for */
  readonly #revisions = new Map<string, number>();
  readonly #phases = new Map<string, Phase>();
  /** all of it had ended at some moment: one that is tried again since keeps nobody back */
  #isPilotOver = false;
  /** what happened at the sites */
  readonly #moved = new Set<string>();

  constructor({ approval, sync, most }: Setting) {
    const cutover = { approval, window: null, powerOn: true, consolidate: false } as const;
    this.#plan = aPlan({ waves, cutover, sync });
    this.#most = most;
    this.#run = new RunOfShards(this.#plan, { most }, this.#now);
  }

  #vm(name: string): VmReport {
    const found = this.#run.report(this.#now).vms.find(({ id }) => id === idOf(name));
    if (found === undefined) throw new Error(`${name} is gone`);
    return found;
  }

  do(one: Act): void {
    this.#now += 1_000;
    const run = this.#run;
    switch (one.say) {
      case 'approve':
        // As the run refuses it.
        if (this.#plan.cutover.approval === 'vm' && one.whom.vm === undefined) return;
        this.#approve(one.whom, run.approve(one.whom, this.#now).target);
        return;
      case 'cancel':
        if (one.whom.vm === undefined && one.whom.wave === undefined) this.#isCancelled = true;
        run.cancel(one.whom, this.#now);
        return;
      case 'undo':
        this.#isCancelled = true;
        run.undo(this.#now);
        return;
      case 'retry':
        if (!this.#isCancelled) run.retry(one.whom, this.#now);
        return;
      case 'skip':
        if (one.whom.vm !== undefined || one.whom.wave !== undefined) run.skip(one.whom, this.#now);
        return;
      case 'pause':
        this.#isPaused = true;
        run.pause({ message: 'freeze', advice: null }, this.#now);
        return;
      case 'resume':
        this.#isPaused = false;
        run.resume(this.#now);
        return;
      case 'go on as new':
        this.#goOnAsNew();
        return;
      case 'change':
        this.#expectFixed(one.vm, () => run.change(one.vm, one.change, this.#now).refused !== null);
        return;
      case 'move':
        run.move(one.vm, one.to, this.#now);
        return;
      case 'remove':
        this.#remove(one.vm);
        return;
      case 'begin':
        for (const begin of run.next(this.#now).slice(0, one.most)) this.#begin(begin);
        return;
      case 'end':
        this.#end(one.vm, one.how);
    }
  }

  #approve(meant: { vm?: string; wave?: string }, target: string | null): void {
    const { vm: name, wave } = meant;
    if (name !== undefined) this.#approved.add(idOf(name));
    else if (wave !== undefined) this.#approved.add(wave);
    else if (target === 'the run') this.#approved.add('all');
    else this.#approved.add((target ?? '').replace(/^wave /, ''));
  }

  #goOnAsNew(): void {
    const before = this.#run.report(this.#now);
    const carried = structuredClone(this.#run.carried);
    this.#run = new RunOfShards(this.#plan, { most: this.#most, carried }, this.#now);
    expect(this.#run.report(this.#now).vms).toEqual(before.vms);
  }

  /** What is refused leaves all as it is. */
  #expectFixed(name: string, isRefused: () => boolean): void {
    const before = this.#run.plan;
    if (isRefused()) expect(this.#run.plan).toEqual(before);
    else expect(this.#vm(name).state).not.toBe('succeeded');
  }

  #remove(name: string): void {
    const hasBegun = (this.#revisions.get(idOf(name)) ?? 0) > 0;
    const { refused } = this.#run.remove(name, this.#now);
    if (hasBegun) expect(refused).not.toBeNull();
  }

  #begin({ vm: { id, name, after }, phase }: Begin): void {
    const vm = this.#vm(name);
    expect(isFinal(vm.state)).toBe(false);
    // What was moved is never begun again.
    expect(this.#moved.has(id)).toBe(false);
    if (phase !== 'undo') {
      expect(this.#isPaused).toBe(false);
      expect(this.#isCancelled).toBe(false);
    }
    if (phase === 'through' || phase === 'cutover') {
      const { approval } = this.#plan.cutover;
      const isApproved = ['all', id, vm.wave].some((one) => this.#approved.has(one));
      expect(approval === 'none' || isApproved).toBe(true);
      for (const one of after) expect(this.#moved.has(one)).toBe(true);
      if (vm.wave === 'core') expect(this.#isPilotOver).toBe(true);
    }
    this.#run.started(id, this.#now, phase);
    this.#revisions.set(id, (this.#revisions.get(id) ?? 0) + 1);
    this.#phases.set(id, phase);
  }

  /** Its workflow says its last word, as it may by what it was begun for and was told. */
  #end(name: string, how: 'gate' | 'good' | 'bad' | 'undone'): void {
    const id = idOf(name);
    const phase = this.#phases.get(id);
    if (!this.#run.open.includes(id) || phase === undefined) return;
    const { asOf: _, hold: __, ...vm } = this.#vm(name);
    const stop = this.#run.ordersFor(id).stop;
    const state = phase === 'undo' || (how === 'undone' && stop) ? 'cancelled' : how === 'bad' ? 'failed' : null;
    const isAtGate = state === null && phase === 'copy';
    if (state === null && how === 'good' && !isAtGate) this.#moved.add(id);
    if (state === null && how !== 'good' && !isAtGate) return;
    const result = state === 'failed' ? 'failed' : 'succeeded';
    const kind = isAtGate || phase === 'copy' ? 'start' : 'migrate';
    const record = {
      operationId: `o/${kind}/1`,
      taskId: null,
      adopted: false,
      submittedAt: '',
      finishedAt: '',
    } as const;
    const operations = state === 'cancelled' ? vm.operations : [...vm.operations, { ...record, kind, result } as const];
    const report: VmReport = {
      ...vm,
      state: isAtGate ? 'waiting' : (state ?? 'succeeded'),
      step: isAtGate ? 'gate' : 'done',
      waitingFor: null,
      operations,
      replicationId: operations.some((one) => one.kind === 'start' && one.result === 'succeeded') ? `C4-${id}` : null,
    };
    const revision = this.#revisions.get(id) ?? 0;
    const left = isAtGate || report.state === 'succeeded' ? {} : { left: memory };
    const word = { run: 'r1', unit: id, revision, report, memory: isAtGate ? memory : null, ...left };
    this.#run.said({ ...word, claimedBy: null, kept: true }, this.#now);
    // It may come twice, or late.
    this.#run.said({ ...word, claimedBy: null, kept: true }, this.#now);
  }

  /** What holds at any moment. */
  judge(): void {
    const { vms } = this.#run.report(this.#now);
    expect(vms.map(({ id }) => id).sort()).toEqual(NAMES.map(idOf).sort());
    if (vms.every(({ wave, state }) => wave !== 'pilot' || isFinal(state))) this.#isPilotOver = true;
    const { totals } = this.#run.tree.report;
    const { succeeded, failed, cancelled, skipped, running, waiting } = totals;
    expect(succeeded + failed + cancelled + skipped + running + waiting).toBe(totals.vms);
    for (const { id, state } of vms) expect(state === 'succeeded').toBe(this.#moved.has(id));
    const plan = this.#run.plan;
    expect(plan?.waves.flatMap(({ vms: its }) => its)).toHaveLength(NAMES.length);
    // No order of VMs is turned round: none would ever have its turn.
    const at = new Map(plan?.waves.flatMap(({ name, vms: its }) => its.map(({ id }) => [id, name] as const)));
    if (at.get(idOf('d')) === 'pilot' && !this.#isOver('d') && !this.#isOver('c'))
      expect(at.get(idOf('c'))).toBe('pilot');
  }

  #isOver(name: string): boolean {
    return isFinal(this.#vm(name).state);
  }
}

const setting = fc.record({
  approval: fc.constantFrom('none' as const, 'run' as const, 'wave' as const, 'vm' as const),
  sync: fc.constantFrom('ahead' as const, 'wave' as const),
  most: fc.constantFrom(1, 2, 500),
});

describe('whatever is said to a run', () => {
  it('nothing happens that was not asked for, and nothing is lost', () => {
    fc.assert(
      fc.property(setting, fc.array(act, { maxLength: 20, size: 'max' }), (of, acts) => {
        const night = new Night(of);
        for (const one of acts) {
          night.do(one);
          night.judge();
        }
      }),
      { numRuns: SEQUENCES },
    );
  });
});
