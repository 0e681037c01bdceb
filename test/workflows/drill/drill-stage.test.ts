/** Where a drill goes from what its VMs say, without a Temporal: examples of each phase, then any order of reports. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isFinal, type VmReport } from '../../../contract/report.js';
import type { Drill } from '../../../plan/types.js';
import { DrillStage, type Order } from '../../../workflows/drill/drill-stage.js';
import { inUse, madeUpDrill, progressAt, reportsOf } from '../support/made-up.js';

const START = 1_000_000;
const ready: Partial<VmReport> = { state: 'running', step: 'ready' };
const recovering: Partial<VmReport> = { state: 'running', step: 'failover-test' };
const up: Partial<VmReport> = { state: 'running', step: 'hold' };
const failed: Partial<VmReport> = { state: 'failed', step: 'done' };

const stageOf = (drill: Drill) => new DrillStage(drill, START);
const recover = (vmIds: string[], triggeredAt = START) => ({ order: 'recover', vmIds, triggeredAt });

/** What is ordered when the VMs are as said; those that run or wait for the drill are open. */
function next(stage: DrillStage, drill: Drill, changes: Record<string, Partial<VmReport>>, after = 0): Order[] {
  const vms = reportsOf(drill, changes);
  const open = vms.filter(({ state }) => state === 'running').map(({ id }) => id);
  return stage.next(vms, new Set(open), START + after);
}

describe('claiming', () => {
  const drill = madeUpDrill([['a'], ['b']]);

  it('recovers nothing before every VM is taken and looked at', () => {
    const stage = stageOf(drill);
    expect(next(stage, drill, {})).toEqual([]);
    expect(next(stage, drill, { a: ready })).toEqual([]);
    expect(next(stage, drill, { a: ready, b: { state: 'running', step: 'look' } })).toEqual([]);
    expect(stage.progress).toMatchObject({ phase: 'claim', triggeredAt: null });
  });

  it('triggers when the last VM is ready, and counts from then', () => {
    const stage = stageOf(drill);
    expect(next(stage, drill, { a: ready, b: ready }, 5_000)).toEqual([recover(['a'], START + 5_000)]);
    expect(stage.progress).toMatchObject({ phase: 'recover', triggeredAt: START + 5_000, group: 0 });
  });

  it('goes on without VMs that were refused', () => {
    const stage = stageOf(drill);
    expect(next(stage, drill, { a: ready, b: failed })).toEqual([recover(['a'])]);
  });

  it('waits for VMs that others hold, then skips them and no others', () => {
    const stage = stageOf(drill);
    const vms = { a: ready, b: inUse('other') };
    expect(next(stage, drill, vms, drill.waitForVms - 1)).toEqual([]);
    expect(stage.wakeIn(START + drill.waitForVms - 1)).toBe(1);
    expect(next(stage, drill, vms, drill.waitForVms)).toEqual([{ order: 'skip', vmIds: ['b'] }]);
    const skipped: Partial<VmReport> = { state: 'skipped', step: 'done' };
    expect(next(stage, drill, { a: ready, b: skipped }, drill.waitForVms)).toEqual([
      recover(['a'], START + drill.waitForVms),
    ]);
  });

  it('does not skip what is slow to be looked at', () => {
    const looking: Partial<VmReport> = { state: 'running', step: 'look' };
    expect(next(stageOf(drill), drill, { a: ready, b: looking }, drill.waitForVms)).toEqual([]);
  });
});

describe('recovering', () => {
  const drill = madeUpDrill([['a', 'b'], ['c'], ['d']]);
  function claimed() {
    const stage = stageOf(drill);
    expect(next(stage, drill, { a: ready, b: ready, c: ready, d: ready })).toEqual([recover(['a', 'b'])]);
    return stage;
  }

  it('begins a group when all of the one before are up or have failed, with the same trigger', () => {
    const stage = claimed();
    const rest = { c: ready, d: ready };
    expect(next(stage, drill, { a: up, b: recovering, ...rest }, 1_000)).toEqual([]);
    expect(next(stage, drill, { a: up, b: failed, ...rest }, 2_000)).toEqual([recover(['c'])]);
    expect(next(stage, drill, { a: up, b: failed, ...rest }, 2_000)).toEqual([]);
    expect(next(stage, drill, { a: up, b: failed, c: up, d: ready }, 3_000)).toEqual([recover(['d'])]);
  });

  it('leaves out VMs that have ended since they were claimed', () => {
    const stage = claimed();
    expect(next(stage, drill, { a: up, b: up, c: failed, d: ready })).toEqual([recover([])]);
    expect(next(stage, drill, { a: up, b: up, c: failed, d: ready })).toEqual([recover(['d'])]);
  });

  it('gives up, once, when the time of the drill is over', () => {
    const stage = claimed();
    const vms = { a: up, b: recovering, c: ready, d: ready };
    expect(stage.wakeIn(START + drill.timeout - 500)).toBe(500);
    expect(next(stage, drill, vms, drill.timeout)).toEqual([{ order: 'give-up' }]);
    expect(stage.progress.timedOut).toBe(true);
    expect(next(stage, drill, vms, drill.timeout + 1)).toEqual([]);
    expect(stage.wakeIn(START + drill.timeout + 1)).toBeNull();
  });

  it('gives up while it still waits for VMs, too', () => {
    expect(next(stageOf(drill), drill, {}, drill.timeout)).toEqual([{ order: 'give-up' }]);
  });
});

describe('holding', () => {
  function atHold(change: Partial<Drill>) {
    const drill = madeUpDrill([['a', 'b']], change);
    const stage = stageOf(drill);
    next(stage, drill, { a: ready, b: ready });
    return { drill, stage };
  }

  it('keeps what is up for as long as the drill says, whatever its time-out, then cleans up once', () => {
    const { drill, stage } = atHold({ hold: 7_200_000, timeout: 3_600_000 });
    expect(next(stage, drill, { a: up, b: failed })).toEqual([]);
    expect(stage.progress).toMatchObject({ phase: 'hold', heldUntil: START + 7_200_000 });
    expect(stage.wakeIn(START)).toBe(7_200_000);
    expect(next(stage, drill, { a: up, b: failed }, 7_199_999)).toEqual([]);
    expect(next(stage, drill, { a: up, b: failed }, 7_200_000)).toEqual([{ order: 'clean-up', vmIds: ['a'] }]);
    expect(next(stage, drill, { a: up, b: failed }, 7_200_001)).toEqual([]);
    expect(stage.wakeIn(START + 7_200_001)).toBeNull();
  });

  it('cleans up at once without a hold', () => {
    const { drill, stage } = atHold({ hold: 0 });
    expect(next(stage, drill, { a: up, b: up })).toEqual([{ order: 'clean-up', vmIds: ['a', 'b'] }]);
  });

  it('holds nothing when nothing is up', () => {
    const { drill, stage } = atHold({});
    expect(next(stage, drill, { a: failed, b: failed })).toEqual([{ order: 'clean-up', vmIds: [] }]);
  });

  it('goes on where it was after a continue-as-new', () => {
    const drill = madeUpDrill([['a']]);
    const heldUntil = START + 10_000;
    const stage = new DrillStage(drill, START, progressAt({ phase: 'hold', triggeredAt: START, heldUntil }));
    expect(next(stage, drill, { a: up }, 9_999)).toEqual([]);
    expect(next(stage, drill, { a: up }, 10_000)).toEqual([{ order: 'clean-up', vmIds: ['a'] }]);
  });
});

/* ── any order of reports ────────────────────────────────────────────────── */

/** VMs that do as they are told, or fail on the way; what the drill says to each is kept. */
class Herd {
  readonly drill: Drill;
  readonly stage: DrillStage;
  readonly vms: Map<string, VmReport>;
  readonly open = new Set<string>();
  readonly told = new Map<string, string[]>();
  now = START;

  constructor(drill: Drill) {
    this.drill = drill;
    this.stage = new DrillStage(drill, START);
    this.vms = new Map(reportsOf(drill).map((vm) => [vm.id, vm]));
  }

  /** What the VM does next; `fate` 0 is the way to the end, others are what may go wrong. */
  step(id: string, fate: number): void {
    const vm = this.vms.get(id) as VmReport;
    const words = this.told.get(id) ?? [];
    if (isFinal(vm.state)) return;
    if (!this.open.has(id)) {
      if (fate === 1) this.#set(id, inUse('other'));
      else this.#set(id, { state: 'running', step: 'look', error: null }, 'open');
    } else if (fate === 2 || words.includes('cancel')) this.#set(id, failed, 'closed');
    else if (vm.step === 'look') this.#set(id, ready);
    else if (vm.step === 'ready' && words.includes('recover')) this.#set(id, recovering);
    else if (vm.step === 'failover-test') this.#set(id, up);
    else if (vm.step === 'hold' && words.includes('clean-up')) {
      this.#set(id, { state: 'succeeded', step: 'done' }, 'closed');
    }
  }

  /** Carries out orders until there are none. */
  settle(): void {
    for (let n = 0; n < 20; n += 1) {
      const orders = this.stage.next([...this.vms.values()], this.open, this.now);
      if (orders.length === 0) return;
      for (const order of orders) this.#carryOut(order);
    }
    throw new Error('the stage orders for ever');
  }

  #carryOut(order: Order): void {
    switch (order.order) {
      case 'recover':
        this.#isInTurn(order.vmIds);
        return this.#tell(order.vmIds, 'recover');
      case 'clean-up':
        return this.#tell(order.vmIds, 'clean-up');
      case 'skip':
        for (const id of order.vmIds) expect(this.open.has(id)).toBe(false);
        return order.vmIds.forEach((id) => {
          this.#set(id, { state: 'skipped', step: 'done' });
        });
      case 'give-up':
        this.#tell([...this.open], 'cancel');
        for (const [id, vm] of this.vms) if (!this.open.has(id) && !isFinal(vm.state)) this.#set(id, failed);
    }
  }

  /** All VMs are claimed, and those of the groups before are through. */
  #isInTurn(vmIds: string[]): void {
    for (const { state, step } of this.vms.values()) expect(isFinal(state) || step !== 'look').toBe(true);
    const group = this.drill.groups.findIndex(({ vms }) => vms.some(({ id }) => vmIds.includes(id)));
    for (const { vms } of this.drill.groups.slice(0, Math.max(group, 0))) {
      for (const { id } of vms) {
        const { state, step } = this.vms.get(id) as VmReport;
        expect(isFinal(state) || step === 'hold').toBe(true);
      }
    }
  }

  #tell(vmIds: string[], word: string): void {
    for (const id of vmIds) {
      expect(this.told.get(id) ?? []).not.toContain(word);
      this.told.set(id, [...(this.told.get(id) ?? []), word]);
    }
  }

  #set(id: string, change: Partial<VmReport>, now?: 'open' | 'closed'): void {
    if (now === 'open') this.open.add(id);
    if (now === 'closed') this.open.delete(id);
    this.vms.set(id, { ...(this.vms.get(id) as VmReport), ...change });
  }
}

const IDS = ['a', 'b', 'c', 'd', 'e'];
const moves = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ vm: fc.constantFrom(...IDS), fate: fc.constantFrom(0, 0, 0, 0, 1, 2) }),
    },
    { weight: 1, arbitrary: fc.record({ ms: fc.integer({ min: 0, max: 700_000 }) }) },
  ),
  { maxLength: 80 },
);

describe('whatever the VMs report, in whatever order', () => {
  it('groups are recovered in turn, nothing is ordered twice, and every VM that was begun is cleaned up or given up', () => {
    fc.assert(
      fc.property(moves, fc.constantFrom(0, 60_000), (steps, hold) => {
        const herd = new Herd(madeUpDrill([['a', 'b'], ['c'], ['d', 'e']], { hold }));
        for (const step of steps) {
          if ('ms' in step) herd.now += step.ms;
          else herd.step(step.vm, step.fate);
          herd.settle();
        }
        // From here on everything goes well, and the drill must come to its end by itself.
        for (let n = 0; n < 50 && herd.stage.progress.phase !== 'clean-up'; n += 1) {
          for (const id of IDS) herd.step(id, 0);
          herd.now += herd.stage.wakeIn(herd.now) ?? 0;
          herd.settle();
        }
        expect(herd.stage.progress.phase).toBe('clean-up');
        for (const id of herd.open) {
          const words = herd.told.get(id) ?? [];
          expect(words.filter((word) => word === 'clean-up').length === 1 || words.includes('cancel')).toBe(true);
        }
        for (let n = 0; n < 5; n += 1) for (const id of IDS) herd.step(id, 0);
        expect([...herd.vms.values()].filter(({ state }) => !isFinal(state))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
