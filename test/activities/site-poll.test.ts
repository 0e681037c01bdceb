/**
 * What waiting costs a site in requests, and how late an end is noticed: hours of a simulated site, whose clock moves when it
 * is told to.
 */
import { describe, expect, it } from '@jest/globals';
import { SitePoll } from '../../activities/site-poll.js';
import type { OperationKind } from '../../contract/operation.js';
import type { Watch } from '../../contract/watch.js';
import { ManualClock, type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/index.js';
import type { Task as SimulatedTask } from '../../simulator/world/tasks.js';
import { type Site, type Task, taskEnd } from '../../vcda/index.js';
import { inShort } from '../support/in-short.js';
import { lasting } from '../support/lasting.js';
import { clientFor, siteConfig } from '../vcda/support/client.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const INTERVAL = 5 * SECOND;
const LYON = 'lyon';

/** What a VM goes through, one after the other: three tasks and a first copy. */
const STEPS: [OperationKind, Watch['phase']][] = [
  ['start', 'task'],
  ['start', 'sync'],
  ['migrate', 'task'],
  ['delete', 'task'],
];

interface Wait {
  watch: Watch;
  vm: number;
  step: number;
  endsAt: number;
}

interface Work {
  vms: number;
  inFlight: number;
  /** ms that a step of a VM takes */
  takes: (vm: number, step: number) => number;
  /** members that the task shows in place of its own from its end on */
  shows?: ((vm: number, step: number) => Record<string, unknown> | undefined) | undefined;
  /** before each turn */
  each?: (at: Stage, now: number) => void;
}

class Stage {
  readonly simulator: Simulator;
  readonly site: Site;
  readonly clock: ManualClock;
  readonly late: { by: number; allowed: number }[] = [];
  readonly #waits = new Map<string, Wait>();
  #next = 0;

  constructor(simulator: Simulator, site: Site, clock: ManualClock) {
    this.simulator = simulator;
    this.site = site;
    this.clock = clock;
  }

  get requests(): number {
    const polls = new Set(['/tasks', '/tasks/:id', '/vm-replications', '/vm-replications/:id']);
    return this.simulator.control
      .stats()
      .requests.reduce((sum, { route, count }) => sum + (polls.has(route) ? count : 0), 0);
  }

  get watches(): Watch[] {
    return [...this.#waits.values()].map(({ watch }) => watch);
  }

  /** Ended tasks of others, that were there before. */
  crowd(count: number): void {
    for (let n = 0; n < count; n += 1) {
      const task = this.#task(`crowd-${n}`, 'health');
      this.simulator.world.tasks(LYON).end(task, 'SUCCEEDED');
    }
  }

  /** Begins VMs until as many are in flight as there may be, not all at the same moment. */
  fill({ vms, inFlight, takes, shows }: Work): void {
    const apart = Math.max(1, Math.ceil(inFlight / 400));
    for (let n = 0; n < apart && this.#next < vms && this.#waits.size < inFlight; n += 1)
      this.#begin(this.#next++, 0, { takes, shows });
  }

  isFull({ vms, inFlight }: Work): boolean {
    return this.#next >= vms || this.#waits.size >= inFlight;
  }

  get isOver(): boolean {
    return this.#waits.size === 0;
  }

  async turn(poll: SitePoll, work: Work): Promise<void> {
    const seen = await poll.inspect(this.site, this.watches, {}, (some, told) => this.#inspect(some, told));
    if (seen === null || seen === 'told') return;
    const now = this.clock.now();
    for (const { watch } of seen.ended) {
      const wait = this.#waits.get(watch.operationId);
      if (wait === undefined) throw new Error(`${watch.operationId} ended twice`);
      this.#waits.delete(watch.operationId);
      const took = wait.endsAt - watch.since;
      this.late.push({ by: now - wait.endsAt, allowed: Math.max(10 * SECOND, 0.01 * took) });
      if (wait.step + 1 < STEPS.length) this.#begin(wait.vm, wait.step + 1, work, wait.watch.since);
    }
  }

  async #inspect(watches: Watch[], told: Map<string, Task>) {
    const ids = watches.flatMap(({ phase, taskId }) => (phase === 'task' && taskId !== null ? [taskId] : []));
    const tasks = new Map([...told, ...(await this.site.tasksById(ids.filter((id) => !told.has(id))))]);
    const syncing = watches.flatMap(({ phase, replicationId }) =>
      phase === 'sync' && replicationId !== null ? [replicationId] : [],
    );
    await this.site.replicationsById(syncing);
    const isOver = (watch: Watch) => {
      if (watch.phase === 'sync') return this.clock.now() >= (this.#waits.get(watch.operationId)?.endsAt ?? 0);
      const task = tasks.get(watch.taskId ?? '');
      return task !== undefined && taskEnd(task) !== null;
    };
    return { ended: watches.filter(isOver).map((watch) => ({ watch })), unheard: [], restless: [], tasks };
  }

  #begin(
    vm: number,
    step: number,
    { takes, shows = () => undefined }: Pick<Work, 'takes' | 'shows'>,
    since?: number,
  ): void {
    const [kind = 'start', phase = 'task'] = STEPS[step] ?? [];
    const id = `${vm}-${step}`;
    const now = this.clock.now();
    const length = takes(vm, step);
    if (phase === 'task') {
      const task = this.#task(id, kind);
      const { queue } = this.simulator.world;
      queue.after(length, () => {
        this.simulator.world.tasks(LYON).end(task, 'SUCCEEDED');
        const members = shows(vm, step);
        if (members !== undefined) task.odd = { members };
      });
    }
    const watch: Watch = {
      operationId: id,
      workflowId: `vm/${vm}`,
      run: 'run',
      vm: { id: `vm-${vm}`, name: `vm-${vm}` },
      kind,
      taskId: phase === 'task' ? id : null,
      replicationId: `C4-${vm}`,
      peer: 'paris',
      until: 'task',
      phase,
      slot: null,
      // The wait for a copy began with the start.
      since: phase === 'sync' ? (since ?? now) : now,
    };
    this.#waits.set(id, { watch, vm, step, endsAt: now + length });
  }

  #task(id: string, type: string): SimulatedTask {
    const { world } = this.simulator;
    world.queue.settle();
    const task: SimulatedTask = {
      id,
      site: LYON,
      user: 'ops@acme',
      org: 'acme',
      operationId: null,
      type,
      resourceType: 'vmReplication',
      resourceId: null,
      resourceName: null,
      sourceOrg: null,
      destinationOrg: null,
      state: 'RUNNING',
      startedAt: world.now,
      endedAt: null,
      pace: { from: 0, to: 99, start: world.now, end: world.now + HOUR },
      resultType: null,
      result: null,
      error: null,
      odd: null,
    };
    world.tasks(LYON).add(task);
    return task;
  }
}

async function onStage(options: SimulatorOptions, test: (at: Stage) => Promise<void>): Promise<void> {
  const clock = new ManualClock();
  const simulator = await startSimulator(lasting({ vms: 1, clock, ...options }));
  const sites = clientFor([siteConfig(LYON, simulator.sites[LYON]?.url ?? '')]);
  try {
    await test(new Stage(simulator, sites.get(LYON), clock));
  } finally {
    await sites.close();
    await simulator.close();
  }
}

/** Turns every five seconds until all is over; requests for each VM. */
async function requestsOf(at: Stage, work: Work, most = 60 * HOUR): Promise<number> {
  const poll = new SitePoll(INTERVAL, () => at.clock.now());
  const began = at.clock.now();
  const before = at.requests;
  const remembered = Array.from({ length: 20 }, (_, n) => Math.round(work.takes(n, 0) / SECOND));
  await poll.remember(
    STEPS.map(([kind]) => ({ kind }) as Watch),
    async () => remembered,
  );
  at.fill(work);
  while (!at.isOver) {
    if (at.clock.now() - began > most) throw new Error(`${at.watches.length} are waited for in vain`);
    const pause = poll.dueAt(at.watches) - at.clock.now();
    at.clock.advance(at.isFull(work) ? Math.max(pause, SECOND) : Math.min(INTERVAL, Math.max(pause, SECOND)));
    at.simulator.world.queue.settle();
    work.each?.(at, at.clock.now());
    await at.turn(poll, work);
    at.fill(work);
  }
  return (at.requests - before) / work.vms;
}

/** Between 48 and 72 minutes. */
const anHour = (vm: number, step: number): number => HOUR * (0.8 + (((vm * 7 + step * 13) % 41) / 40) * 0.4);

/** Ends that were noticed later than they may be: ms beyond that. */
const tooLate = (at: Stage): number[] => at.late.map(({ by, allowed }) => by - allowed).filter((ms) => ms > 0);

describe('what waiting for tasks of an hour costs', () => {
  it.each([
    [50, 14],
    [500, 4],
  ])('with %i VMs in flight: at most %i requests a VM, and each end is noticed in time', async (inFlight, most) =>
    onStage({}, async (at) => {
      expect(await requestsOf(at, { vms: inFlight, inFlight, takes: anHour })).toBeLessThanOrEqual(most);
      expect(at.late).toHaveLength(STEPS.length * inFlight);
      // One that ends sooner than any of late did is noticed as those are.
      expect(tooLate(at).length).toBeLessThan(0.02 * at.late.length);
      expect(Math.max(0, ...tooLate(at))).toBeLessThan(10 * SECOND);
    }),
  );
});

describe('what waiting costs at a site that filters nothing and has 10,000 tasks of others', () => {
  it('is no more than at one that filters by ids', async () =>
    onStage({ assumptions: { taskIdsFilter: 'ignored', endTimeAfterFilter: 'ignored' } }, async (at) => {
      at.crowd(10_000);
      expect(await requestsOf(at, { vms: 50, inFlight: 50, takes: anHour })).toBeLessThanOrEqual(16);
      expect(at.late).toHaveLength(STEPS.length * 50);
    }));
});

describe('an end that a site tells oddly', () => {
  const minutes = (vm: number, step: number): number => (6 + ((vm * 7 + step * 5) % 4)) * MINUTE;
  const some = (members: Record<string, unknown>) => (vm: number) => (vm % 3 === 0 ? members : undefined);
  const all = (members: Record<string, unknown>) => () => members;
  const YEAR = 365 * 24 * HOUR;
  const FUTURE = new ManualClock().now() + YEAR;

  const ODD: [string, SimulatorOptions, Work['shows']][] = [
    ['years ahead', {}, some({ endTime: FUTURE })],
    ['years ahead, each of them', {}, all({ endTime: FUTURE })],
    ['in seconds', {}, some({ endTime: Math.floor(FUTURE / 1_000) })],
    ['not at all', {}, some({ endTime: undefined })],
    ['as if it ran', {}, some({ endTime: -1 })],
    ['long ago', {}, some({ endTime: FUTURE - 2 * YEAR })],
    ['by a clock three hours ahead', { clocks: { [LYON]: { offsetMs: 3 * HOUR } } }, undefined],
    ['by a clock three hours behind', { clocks: { [LYON]: { offsetMs: -3 * HOUR } } }, undefined],
    ['by a clock that counts seconds', { clocks: { [LYON]: { unit: 's' } } }, undefined],
    ['to no question for what ended', { assumptions: { endTimeAfterFilter: 'refused' } }, undefined],
    ['with everything else', { assumptions: { endTimeAfterFilter: 'ignored' } }, undefined],
    ['by a clock of no time', { clocks: { [LYON]: { unit: 'far-future' } } }, undefined],
  ];
  /** One that lies ahead, one that is none, a clock that is off, and a question that is not understood. */
  const SHORT = ['years ahead', 'as if it ran', 'by a clock three hours behind', 'with everything else'];

  it.each(inShort(ODD, ([what]) => SHORT.includes(what)))('(%s) is heard all the same', async (_name, options, shows) =>
    onStage(options, async (at) => {
      await requestsOf(at, { vms: 6, inFlight: 6, takes: minutes, shows });
      expect(at.late).toHaveLength(6 * STEPS.length);
      expect(Math.max(...at.late.map(({ by }) => by))).toBeLessThanOrEqual(6 * MINUTE);
    }),
  );

  it('is heard where the site begins to keep its ends back, or its clock is set back', async () =>
    onStage({}, async (at) => {
      const { control } = at.simulator;
      const began = at.clock.now();
      let phase = 0;
      function each(_: Stage, now: number): void {
        if (phase === 0 && now > began + 15 * MINUTE) {
          phase = 1;
          control.addFaults({ kind: 'status', status: 200, query: 'endTimeAfter', body: { items: [], total: 0 } });
        } else if (phase === 1 && now > began + 30 * MINUTE) {
          phase = 2;
          control.clearFaults();
        } else if (phase === 2 && now > began + 45 * MINUTE) {
          phase = 3;
          control.setClock(LYON, { offsetMs: -HOUR });
        }
      }
      await requestsOf(at, { vms: 12, inFlight: 6, takes: minutes, each });
      expect(phase).toBe(3);
      expect(at.late).toHaveLength(12 * STEPS.length);
      expect(Math.max(...at.late.map(({ by }) => by))).toBeLessThanOrEqual(6 * MINUTE);
    }));
});
