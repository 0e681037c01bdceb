/**
 * Runs that persons steer at random, several in one world at once, with workers that come and go: the simulator's ledger shows
 * nothing that was not asked for, and no more at once than limits let. The same over pure state: steering.property.test.ts.
 */
import { expect } from '@jest/globals';
import fc from 'fast-check';
import { EXIT, exitCodeOfError } from '../../../cli/exit-codes.js';
import { type Drover, DroverError, type RunHandle, type RunReport } from '../../../client/index.js';
import type { VmChange } from '../../../contract/amend.js';
import type { Steered } from '../../../contract/messages.js';
import type { SetRun } from '../../../contract/run-settings.js';
import type { Plan, PlanVm } from '../../../plan/types.js';
import type { LedgerEntry } from '../../../simulator/index.js';
import { inShort } from '../../support/in-short.js';
import { type Lab, type LabWorker, withLab } from '../../support/lab.js';
import { listening } from '../../support/listening.js';
import { aWave } from '../../support/plans.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { withDrover } from '../../support/with-drover.js';

/** VMs of a run, and one that may be added to it. */
const VMS = 3;
const OF_RUN = VMS + 1;
const WAVES = ['pilot', 'core'] as const;
const HOUR = 3_600_000;
const SITE_LIMITS = { syncs: 4, cutovers: 2 };

type Act =
  | { say: 'approve' | 'skip' | 'retry' | 'cancel'; whom: string | undefined }
  | { say: 'pause' | 'resume' | 'undo' | 'add' | 'shut' | 'restart' }
  | { say: 'set'; settings: SetRun }
  | { say: 'change'; vm: string; change: VmChange }
  | { say: 'move'; vm: string; wave: string }
  | { say: 'remove'; vm: string }
  | { say: 'brake'; isOn: boolean }
  | { say: 'limit'; syncs: number; cutovers: number };

/** By its place in the plan; the last may not be of the run. */
const vm = fc.integer({ min: 0, max: VMS }).map((n) => `#${n}`);
const whom = fc.oneof(
  fc.constant(undefined),
  vm,
  fc.constantFrom(...WAVES).map((wave) => `wave:${wave}`),
);
const share = fc.option(fc.integer({ min: 1, max: 3 }));
const weighted = (weight: number, arbitrary: fc.Arbitrary<Act>) => ({ weight, arbitrary });
const says = <S extends Act['say']>(...all: S[]) => fc.constantFrom(...all).map((say) => ({ say }) as Act);
const act: fc.Arbitrary<Act> = fc.oneof(
  weighted(8, fc.record({ say: fc.constant('approve' as const), whom })),
  weighted(4, fc.record({ say: fc.constantFrom('retry' as const, 'skip' as const), whom })),
  weighted(1, fc.record({ say: fc.constant('cancel' as const), whom })),
  weighted(5, says('pause', 'resume', 'resume', 'add', 'shut')),
  weighted(1, says('undo', 'restart')),
  weighted(
    3,
    fc.record({
      say: fc.constant('set' as const),
      settings: fc.oneof<fc.Arbitrary<SetRun>[]>(
        fc.record({ limits: fc.record({ syncs: share, cutovers: share }) }),
        fc.record({ priority: fc.constantFrom('high' as const, 'normal' as const, 'low' as const) }),
        fc.record({ stopAfter: fc.constantFrom(null, { count: 1 }, { sameCode: 2 }) }),
      ),
    }),
  ),
  weighted(
    2,
    fc.record({ say: fc.constant('change' as const), vm, change: fc.constantFrom<VmChange>({ powerOn: false }) }),
  ),
  weighted(2, fc.record({ say: fc.constant('move' as const), vm, wave: fc.constantFrom(...WAVES) })),
  weighted(1, fc.record({ say: fc.constant('remove' as const), vm })),
  weighted(1, fc.record({ say: fc.constant('brake' as const), isOn: fc.boolean() })),
  weighted(
    1,
    fc.record({
      say: fc.constant('limit' as const),
      syncs: fc.integer({ min: 1, max: SITE_LIMITS.syncs }),
      cutovers: fc.integer({ min: 1, max: SITE_LIMITS.cutovers }),
    }),
  ),
);
const night = fc.record({
  approval: fc.constantFrom('none' as const, 'run' as const, 'wave' as const, 'vm' as const),
  sync: fc.constantFrom('ahead' as const, 'wave' as const),
  priority: fc.constantFrom('high' as const, 'normal' as const, 'low' as const),
  acts: fc.array(act, { minLength: 3, maxLength: 9 }),
});

type Night = Parameters<Parameters<typeof night.map>[0]>[0];

const windowFrom = (from: number): NonNullable<SetRun['window']> => ({
  opens: new Date(from).toISOString(),
  closes: new Date(from + 24 * HOUR).toISOString(),
});

/** One worker, in whose place another comes: what it is at is broken off. */
class Shift {
  readonly #lab: Lab;
  #worker: Promise<LabWorker>;

  constructor(lab: Lab) {
    this.#lab = lab;
    this.#worker = lab.startWorker();
  }

  async relieve(): Promise<void> {
    const last = this.#worker;
    this.#worker = last.then(() => this.#lab.startWorker());
    await this.#worker;
    await (await last).stop();
  }
}

/** One run, and whoever steers it and writes down what was approved. */
class Operator {
  readonly #lab: Lab;
  readonly #drover: Drover;
  readonly #shift: Shift;
  readonly #handle: RunHandle;
  readonly #night: Night;
  readonly #plan: Plan;
  readonly vms: PlanVm[];
  /** moments from which on cutovers of a wave, a VM, or `all` may be sent: epoch ms */
  readonly #approved = new Map<string, number>();
  /** waves in which each VM has been */
  readonly #waves = new Map<string, Set<string>>();
  /** exit codes of what was said */
  readonly codes: number[] = [];

  constructor({ lab, drover, shift }: Stage, plan: Plan, vms: PlanVm[], of: Night) {
    this.#lab = lab;
    this.#shift = shift;
    this.#drover = drover;
    this.#night = of;
    this.vms = vms;
    const [first, ...rest] = vms.slice(0, VMS);
    const { approval, sync, priority } = of;
    const waves = [aWave('pilot', ...(first ? [first] : [])), aWave('core', ...rest)];
    this.#plan = { ...plan, sync, priority, waves, cutover: { ...plan.cutover, approval } };
    for (const { name, vms: its } of [...waves, aWave('core', ...vms.slice(VMS))])
      for (const { id } of its) this.#waves.set(id, new Set([name]));
    this.#handle = drover.run(`night-${vms[0]?.id}`);
  }

  async play(): Promise<void> {
    await this.#drover.startRun(this.#plan, { id: this.#handle.run });
    for (const one of this.#night.acts) await this.#say(one);
  }

  #idOf(place: string): string {
    return place.startsWith('#') ? (this.vms[Number(place.slice(1))]?.id ?? '') : place;
  }

  async #say(one: Act): Promise<void> {
    const at = Date.now();
    try {
      const told = await this.#told(one);
      if (one.say === 'approve' && told !== null) this.#heard(told, at);
      this.codes.push(EXIT.ok);
    } catch (error) {
      // Anything else is a stack trace at the terminal.
      if (!(error instanceof DroverError)) throw error;
      this.codes.push(exitCodeOfError(error));
      // It may yet be done.
      if (one.say === 'approve' && error.effect !== null) this.#approved.set('all', at);
    }
  }

  #heard({ message }: Steered, at: number): void {
    const [, target = ''] = /^Approved (.*?): /.exec(message) ?? [];
    const id = /\(([^()]+)\)$/.exec(target)?.[1];
    const key = target === 'the run' ? 'all' : (id ?? target.replace(/^(wave|VM) /, ''));
    if (!this.#approved.has(key)) this.#approved.set(key, at);
  }

  async #told(one: Act): Promise<Steered | null> {
    const run = this.#handle;
    const target = 'whom' in one && one.whom !== undefined ? this.#idOf(one.whom) : undefined;
    switch (one.say) {
      case 'approve':
        return run.approve(target);
      case 'skip':
        return run.skip(target ?? 'wave:pilot');
      case 'retry':
        return run.retry(target);
      case 'cancel':
        return run.cancel(target);
      case 'pause':
        return run.pause('freeze');
      case 'resume':
        return run.resume();
      case 'undo':
        return run.undo();
      case 'shut':
        return run.set({ window: windowFrom(Date.now() + HOUR) });
      case 'set':
        return run.set(one.settings);
      case 'change':
        return run.retry(this.#idOf(one.vm), { change: one.change });
      case 'move':
        this.#waves.get(this.#idOf(one.vm))?.add(one.wave);
        return run.move(this.#idOf(one.vm), one.wave);
      case 'remove':
        return run.remove(this.#idOf(one.vm));
      case 'add':
        return run.add({ ...this.#plan, waves: [aWave('core', ...this.vms.slice(VMS))] });
      case 'brake':
        return this.#drover.site(this.#lab.destination).brake(one.isOn);
      case 'limit':
        return this.#drover.site(this.#lab.destination).set({ syncs: one.syncs, cutovers: one.cutovers });
      default:
        await this.#shift.relieve();
        return null;
    }
  }

  /** Whatever still stands in its way is lifted, until it is over. */
  async finish(): Promise<RunReport> {
    return until(
      async () => {
        await this.#say({ say: 'brake', isOn: false });
        await this.#say({ say: 'resume' });
        await this.#say({ say: 'set', settings: { window: windowFrom(Date.now() - HOUR) } });
        for (const { id } of this.vms) await this.#say({ say: 'approve', whom: id });
        if (this.#night.approval === 'run') await this.#say({ say: 'approve', whom: undefined });
        return this.#handle.report();
      },
      ({ finishedAt }) => finishedAt !== null,
    );
  }

  /** What the ledger has of it that nobody asked for, one line each. */
  judge(report: RunReport, ledger: LedgerEntry[]): string[] {
    const { sites, replications } = this.#lab.simulator.control.world();
    const off = new Set(
      sites[this.#lab.source]?.vms.flatMap(({ id, powerState }) => (powerState === 'POWERED_OFF' ? [id] : [])),
    );
    const rows = new Map(report.vms.map((one) => [one.id, one]));
    return this.vms.flatMap(({ id, name }) => {
      const own = ledger.filter(({ vmId }) => vmId === id);
      const row = rows.get(id);
      if (row === undefined) return own.length === 0 ? [] : [`${name} is not of the run, and was touched`];
      const moves = own.filter(({ kind, outcome }) => kind === 'migrate' && outcome !== 'failed');
      const isMoved = row.state === 'succeeded';
      return [
        ...(moves.length === (isMoved ? 1 : 0) ? [] : [`${name} is ${row.state}, with ${moves.length} migrations`]),
        ...(off.has(id) === isMoved ? [] : [`${name} is ${row.state}, and its source ${isMoved ? 'runs' : 'is off'}`]),
        ...moves.filter(({ at }) => at < this.#mayBeMovedFrom(id)).map(() => `${name} was moved unapproved`),
        ...(row.error?.code === 'RemovedByPerson' && own.length > 0 ? [`${name} was taken out, and touched`] : []),
        ...(row.state === 'cancelled' && replications.some(({ vmId }) => vmId === id)
          ? [`${name} was cancelled, and its copy stands`]
          : []),
      ];
    });
  }

  #mayBeMovedFrom(id: string): number {
    if (this.#night.approval === 'none') return 0;
    const keys = ['all', id, ...(this.#waves.get(id) ?? [])];
    return Math.min(...keys.map((key) => this.#approved.get(key) ?? Number.POSITIVE_INFINITY));
  }
}

interface Stage {
  lab: Lab;
  drover: Drover;
  shift: Shift;
}

/** How many of these were under way at once, at most. */
function mostAtOnce(entries: LedgerEntry[]): number {
  return Math.max(
    0,
    ...entries.map(
      ({ at }) => entries.filter((one) => one.at <= at && (one.endedAt ?? Number.POSITIVE_INFINITY) > at).length,
    ),
  );
}

const LABS = Array.from({ length: 26 }, (_, seed) => ({ seed, runs: seed === 0 ? 3 : 20 }));

describe('runs that are steered at random', () => {
  it.concurrent.each(inShort(LABS, ({ seed }) => seed === 0))(
    'do what was asked for and no more: %j',
    ({ seed, runs }) =>
      withLab(
        { vms: runs * OF_RUN, workers: 0, site: { limits: { ...SITE_LIMITS, requestsPerSecond: 500 } } },
        async (lab) => {
          const shift = new Shift(lab);
          await listening(lab);
          await withDrover(lab, async (drover) => {
            const whole = lab.plan();
            const vms = whole.waves.flatMap((wave) => wave.vms);
            const operators = fc
              .sample(night, { seed, numRuns: runs })
              .map((of, n) => new Operator({ lab, drover, shift }, whole, vms.slice(n * OF_RUN, (n + 1) * OF_RUN), of));
            await Promise.all(operators.map((one) => one.play()));
            const reports = await Promise.all(operators.map((one) => one.finish()));
            const ledger = lab.simulator.control.ledger();
            expect(operators.flatMap((one, n) => one.judge(reports[n] as RunReport, ledger))).toEqual([]);
            for (const report of reports) expect(lab.wrongWith(report)).toEqual([]);
            const of = (kind: string) => ledger.filter((entry) => entry.kind === kind);
            expect(mostAtOnce(of('migrate'))).toBeLessThanOrEqual(SITE_LIMITS.cutovers);
            expect(mostAtOnce(of('start'))).toBeLessThanOrEqual(SITE_LIMITS.syncs);
            const codes = new Set(operators.flatMap((one) => one.codes));
            expect([...codes].filter((code) => ![0, 1, 2, 4].includes(code))).toEqual([]);
          });
        },
      ),
  );
});
