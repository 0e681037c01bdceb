import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Control } from '../../simulator/control.js';
import { nudge } from '../../simulator/engine/sync.js';
import { Faults } from '../../simulator/faults.js';
import { Sessions } from '../../simulator/sessions.js';
import { Stats } from '../../simulator/stats.js';
import { powerOff, powerOn } from '../../simulator/world/copies.js';
import type { RecoveryState, Replication } from '../../simulator/world/model.js';
import { checkInvariants, createLab, type Lab, type LabVerb, labVerbs } from './support/lab.js';

/** What is expected of a replication whose operations come one after the other. */
interface Model {
  replications: Map<string, { state: RecoveryState; paused: boolean; synced: boolean }>;
}

const HOUR = 3600;

class Operate implements fc.Command<Model, Lab> {
  readonly #verb: LabVerb;
  readonly #pick: number;

  constructor(verb: LabVerb, pick: number) {
    this.#verb = verb;
    this.#pick = pick;
  }

  check = ({ replications }: Readonly<Model>) => replications.size > 0;

  run(model: Model, lab: Lab): void {
    const id = [...model.replications.keys()][this.#pick % model.replications.size] as string;
    const expected = model.replications.get(id) as { state: RecoveryState; paused: boolean; synced: boolean };
    const it = lab.replications().find((candidate) => candidate.id === id) as Replication;
    // A recovered VM that is replicated anew cannot become the source of the old replication as well.
    const taken = this.#verb === 'reverse' && lab.world.vm(it.recovery.vmId ?? '')?.replicationId != null;
    const allowed = this.#allowed(expected) && !taken;
    const task = lab.operate(this.#verb, it);
    lab.pass(3 * HOUR);
    expect([this.toString(), expected, task.state]).toEqual([
      this.toString(),
      expected,
      allowed ? 'SUCCEEDED' : 'FAILED',
    ]);
    if (allowed) this.#apply(model, id, expected);
    expect(it.recovery.state).toBe(expected.state);
    expect(it.isPaused).toBe(expected.paused);
    checkInvariants(lab);
  }

  #allowed({ state, paused, synced }: { state: RecoveryState; paused: boolean; synced: boolean }): boolean {
    const live = state !== 'COMPLETE';
    switch (this.#verb) {
      case 'sync':
        return live && !paused;
      case 'pause':
        return live && !paused;
      case 'resume':
        return live && paused;
      case 'migrate':
        return state === 'NOT_STARTED' && !paused;
      case 'failover':
      case 'failover-test':
        return state === 'NOT_STARTED' && synced;
      case 'cleanup':
        return state === 'TEST';
      case 'reverse':
        return state === 'COMPLETE';
      case 'delete':
        return state !== 'TEST';
    }
  }

  #apply(model: Model, id: string, expected: { state: RecoveryState; paused: boolean; synced: boolean }): void {
    if (this.#verb === 'delete') model.replications.delete(id);
    else if (this.#verb === 'migrate' || this.#verb === 'failover') expected.state = 'COMPLETE';
    else if (this.#verb === 'failover-test') expected.state = 'TEST';
    else if (this.#verb === 'cleanup') expected.state = 'NOT_STARTED';
    else if (this.#verb === 'reverse') Object.assign(expected, { state: 'NOT_STARTED', synced: !expected.paused });
    else if (this.#verb === 'pause') expected.paused = true;
    else if (this.#verb === 'resume') Object.assign(expected, { paused: false, synced: true });
  }

  toString = () => `${this.#verb}(${this.#pick})`;
}

class Start implements fc.Command<Model, Lab> {
  readonly #pick: number;

  constructor(pick: number) {
    this.#pick = pick;
  }

  check = () => true;

  run(model: Model, lab: Lab): void {
    const candidates = [...lab.world.site('paris').vms.values()];
    const vm = candidates[this.#pick % Math.max(1, candidates.length)];
    if (vm === undefined) return;
    powerOn(lab.world, vm, null, null);
    const free = vm.replicationId === null && !vm.testCopy;
    const task = lab.start(vm.id);
    lab.pass(3 * HOUR);
    expect(task.state).toBe(free ? 'SUCCEEDED' : 'FAILED');
    if (free) model.replications.set(vm.replicationId ?? '', { state: 'NOT_STARTED', paused: false, synced: true });
    checkInvariants(lab);
  }

  toString = () => `start(${this.#pick})`;
}

describe('the state machine of a replication', () => {
  it('allows and refuses exactly what is documented, one operation after the other', () => {
    const pick = fc.nat(7);
    const commands = [pick.map((n) => new Start(n)), ...labVerbs.map((verb) => pick.map((n) => new Operate(verb, n)))];
    fc.assert(
      fc.property(fc.commands(commands, { maxCommands: 40 }), (run) => {
        fc.modelRun(() => ({ model: { replications: new Map() }, real: createLab(4) }), run);
      }),
      { numRuns: 80 },
    );
  });

  it('keeps its invariants whatever overlaps, whatever fails, and comes to rest', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constant('start' as const), n: fc.nat(9) }) },
      { weight: 10, arbitrary: fc.record({ do: fc.constantFrom(...labVerbs), n: fc.nat(9) }) },
      { weight: 8, arbitrary: fc.record({ do: fc.constant('pass' as const), n: fc.integer({ min: 1, max: 400 }) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('down' as const, 'up' as const), n: fc.nat(1) }) },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constantFrom('on' as const, 'off' as const, 'vanish' as const), n: fc.nat(9) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('full' as const, 'roomy' as const), n: fc.nat(1) }) },
    );
    const assumptions = fc.record({
      migrateDuringTest: fc.constantFrom('refused' as const, 'allowed' as const),
      deleteDuringTest: fc.constantFrom('refused' as const, 'cleans' as const),
      reverseChangesId: fc.boolean(),
      reverseMovesHome: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), assumptions, (steps, assumed) => {
        const lab = createLab(4);
        const { world } = lab;
        const control = new Control(world, new Sessions(() => world.now), new Faults(1), new Stats());
        Object.assign(world.assumptions, assumed);
        const sites = ['paris', 'lyon'];
        for (const { do: what, n } of steps) {
          const vms = [...world.vmsById().values()].filter((candidate) => !candidate.testCopy);
          const vm = vms[n % Math.max(1, vms.length)];
          const replications = lab.replications();
          const it = replications[n % Math.max(1, replications.length)];
          if (what === 'pass') lab.pass(n);
          else if (what === 'down' || what === 'up') control.setUp(sites[n] as string, what === 'up');
          else if (what === 'full' || what === 'roomy')
            control.setStorage(sites[n] as string, what === 'full' ? 0 : 2 ** 50);
          else if (vm !== undefined && what === 'start') lab.start(vm.id);
          else if (vm !== undefined && what === 'on') powerOn(world, vm, null, null);
          else if (vm !== undefined && what === 'off') powerOff(world, vm, null, null);
          else if (what === 'vanish' && n === 9 && vm?.replicationId === null && vm.origin === null) world.removeVm(vm);
          else if (it !== undefined && labVerbs.some((verb) => verb === what)) lab.operate(what as LabVerb, it);
          checkInvariants(lab);
        }
        for (const site of sites) {
          control.setUp(site, true);
          control.setStorage(site, 2 ** 50);
        }
        for (const it of lab.replications()) nudge(world, it);
        for (let i = 0; i < 12; i++) {
          lab.pass(HOUR);
          checkInvariants(lab);
        }
        for (const site of sites) expect([...world.tasks(site).open]).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('is repeatable: the same calls at the same moments give the same world', () => {
    function story() {
      const lab = createLab(4, 7);
      const [first, second] = [...lab.world.site('paris').vms.values()];
      lab.start(first?.id ?? '');
      lab.start(second?.id ?? '');
      lab.pass(2 * HOUR);
      for (const it of lab.replications()) lab.operate('migrate', it);
      lab.pass(HOUR);
      return JSON.stringify([lab.world.ledger.entries, [...lab.world.vmsById().values()]]);
    }
    expect(story()).toBe(story());
  });
});
