/** What a site recovered and could not switch on is not up, whatever its task says; and a source that is on is not down. */
import { expect } from '@jest/globals';
import { attentionFor } from '../../../client/attention.js';
import { vmWorkflowId } from '../../../contract/names.js';
import type { RunReport } from '../../../contract/report.js';
import type { Plan } from '../../../plan/types.js';
import { type FaultRule, siteVdcId } from '../../../simulator/index.js';
import { drillOf, entries, protect, startDrill, testCopies, world } from '../../support/drills.js';
import { inShort } from '../../support/in-short.js';
import { type Lab, withLab } from '../../support/lab.js';
import { sharedLab } from '../../support/shared-lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { vmReport } from '../../support/vm-report.js';

const CUTOVER: Plan['cutover'] = { approval: 'none', window: null, powerOn: 'asSource', consolidate: false };

const withPart = sharedLab({ vms: 15 });

const WARNING = { error: { code: 'PowerOnFailed', msg: 'VM could not be powered on.' }, cause: null };

/** The site recovers, and does not get what it has recovered to run. */
const staysOff = (operation: string, change: Partial<FaultRule> = {}): FaultRule =>
  ({ operation, kind: 'odd-task', task: { powersOn: false, warnings: [WARNING] }, ...change }) as FaultRule;

const done = async (lab: Lab, plan: Plan): Promise<RunReport> => (await lab.start(plan)).result();

const downIn = (report: RunReport) =>
  attentionFor(report, {
    runFailing: null,
    failing: [],
    endedOutside: null,
    loading: null,
    unknown: [],
    approval: null,
    brakes: [],
  })
    .filter(({ kind }) => kind === 'down')
    .map(({ message }) => message);

describe('a copy that could not be powered on', () => {
  it.concurrent('is down since its migrate was accepted, and told first, with what to do', () =>
    withPart(1, async (lab) => {
      lab.simulator.control.addFaults(staysOff('migrate'));
      const report = await done(lab, lab.plan({ cutover: CUTOVER }));
      const [vm] = report.vms;
      const migrate = vm?.operations.find(({ kind }) => kind === 'migrate');
      expect(vm).toMatchObject({ state: 'failed', outageSeconds: null, downSince: migrate?.submittedAt });
      expect(vm?.error).toMatchObject({ code: 'NotPoweredOn', operation: 'migrate', site: lab.destination });
      const copy = world(lab).sites[lab.destination]?.vms[0];
      expect(vm?.error?.message).toMatch(/PowerOnFailed/);
      expect(vm?.error?.advice).toMatch(new RegExp(`Power VM ${copy?.id} on at ${lab.destination}`));
      expect(downIn(report)).toEqual([expect.stringMatching(/^1 VM may be off/)]);
      expect(downIn(report)[0]).toContain(`power it on at ${lab.destination}`);
      expect(entries(lab, 'delete')).toEqual([]);
    }));

  const FAULT = { error: { code: 'VmStartFault', msg: 'Insufficient memory to start the machine.' }, cause: null };
  const TOLD = [
    { words: 'other words', warnings: [FAULT] },
    { words: 'no words', warnings: [] },
  ];
  // The inventory alone tells it.
  it.concurrent.each(inShort(TOLD, ({ warnings }) => warnings.length === 0))(
    'is off by the inventory, whatever its task says of it in $words',
    ({ warnings }) =>
      withPart(1, async (lab) => {
        lab.simulator.control.addFaults(staysOff('migrate', { task: { powersOn: false, warnings } }));
        const report = await done(lab, lab.plan({ cutover: CUTOVER }));
        expect(report.vms[0]).toMatchObject({
          state: 'failed',
          outageSeconds: null,
          downSince: expect.any(String),
          error: { code: 'NotPoweredOn', message: expect.stringMatching(/lists it as off/) },
        });
        for (const { error } of warnings) expect(report.vms[0]?.error?.message).toContain(error.code);
        expect(entries(lab, 'delete')).toEqual([]);
      }),
  );

  it.concurrent('while its source runs again is not down, and nobody is told to power it on', () =>
    withPart(1, async (lab) => {
      const takenBack = { powersOn: false, powersOff: false, warnings: [] };
      lab.simulator.control.addFaults(staysOff('migrate', { task: takenBack }));
      const id = lab.plan().waves[0]?.vms[0]?.id ?? '';
      const report = await done(lab, lab.plan({ cutover: CUTOVER }));
      const [vm] = report.vms;
      expect(vm).toMatchObject({ state: 'failed', downSince: null, source: { power: 'on' } });
      expect(vm?.error?.advice).toMatch(new RegExp(`^Its source, VM ${id} at ${lab.source}, runs: leave VM .* off`));
      expect(vm?.notes).toContainEqual(expect.stringMatching(/^Its source, VM .*, still runs: .* is off\./));
      expect(downIn(report)).toEqual([]);
    }));

  it.concurrent('that comes on only after its task was down until then', () =>
    withPart(1, async (lab) => {
      lab.simulator.control.addFaults(staysOff('migrate', { task: { powersOn: false, warnings: [] } }));
      const { result, run } = await lab.start(lab.plan({ cutover: CUTOVER }));
      const source = lab.plan().waves[0]?.vms[0]?.id ?? '';
      await until(
        () => vmReport(lab, vmWorkflowId(lab.source, source)),
        (vm) => vm?.retrying?.code === 'NotPoweredOn',
      );
      const on = Date.now();
      lab.simulator.control.setVms({
        id: world(lab).sites[lab.destination]?.vms[0]?.id ?? '',
        powerState: 'POWERED_ON',
      });
      const [vm] = (await result()).vms;
      expect(vm).toMatchObject({ state: 'succeeded', downSince: null });
      const migrate = vm?.operations.find(({ kind }) => kind === 'migrate');
      const since = on - Date.parse(migrate?.submittedAt ?? run);
      expect(vm?.outageSeconds).toBeGreaterThanOrEqual(Math.floor(since / 100) / 10);
    }));

  // A failover touches no source at all.
  it.concurrent.each(inShort(['migrate', 'failover'] as const, (kind) => kind === 'migrate'))(
    'runs beside its source after a %s that ended well, which is said of both',
    (kind) =>
      withPart(1, async (lab) => {
        lab.simulator.control.addFaults({ operation: 'migrate', kind: 'odd-task', task: { powersOff: false } });
        if (kind === 'failover') await protect(lab);
        const [vm] = (await done(lab, lab.plan({ kind, cutover: CUTOVER }))).vms;
        const { sites } = world(lab);
        const [copy] = sites[lab.destination]?.vms ?? [];
        expect(sites[lab.source]?.vms.find(({ id }) => id === vm?.id)).toMatchObject({ powerState: 'POWERED_ON' });
        expect(vm).toMatchObject({
          state: 'succeeded',
          source: { power: 'on', known: expect.stringContaining('lists it as on') },
          downSince: null,
          notes: [
            expect.stringMatching(
              new RegExp(`^Its source, VM ${vm?.id}, still runs: .* lists it as on, .*VM ${copy?.id}.* runs as well`),
            ),
          ],
        });
      }),
  );

  it.concurrent('that stands in another VDC than the plan says is told, with both', () =>
    withPart(1, async (lab) => {
      const other = siteVdcId(lab.destination, 'globex');
      lab.simulator.control.addFaults({ operation: 'migrate', kind: 'odd-task', task: { recoversInto: other } });
      const [vm] = (await done(lab, lab.plan({ cutover: CUTOVER }))).vms;
      const { vdc } = lab.plan().destination;
      expect(vm).toMatchObject({ state: 'succeeded', notes: [expect.stringContaining(`stands in VDC ${other}`)] });
      expect(vm?.notes?.[0]).toContain(`the plan says ${vdc}`);
    }));

  it.concurrent('is not known to be off where the site tells no power states and warns of nothing: that is said', () =>
    withLab({ vms: 1, assumptions: { inventoryPowerState: false } }, async (lab) => {
      const report = await done(lab, lab.plan({ cutover: CUTOVER }));
      expect(report.vms[0]).toMatchObject({ state: 'succeeded', outageSeconds: expect.any(Number) });
      expect(report.vms[0]?.notes).toContainEqual(expect.stringMatching(/recovered, is not known: .*no power states/));
    }));

  it.concurrent('is moved all the same: no later run moves it again', () =>
    withPart(1, async (lab) => {
      lab.simulator.control.addFaults(staysOff('migrate'));
      await done(lab, lab.plan({ cutover: CUTOVER }));
      const again = await done(lab, lab.plan({ cutover: CUTOVER }));
      expect(again.vms[0]).toMatchObject({ error: { code: 'AlreadyMigrated' } });
      expect(entries(lab, 'migrate')).toHaveLength(1);
    }));

  it.concurrent('counts as up where the site was wrong to warn', () =>
    withPart(1, async (lab) => {
      lab.simulator.control.addFaults(staysOff('migrate', { task: { warnings: [WARNING] } }));
      const report = await done(lab, lab.plan({ cutover: CUTOVER }));
      expect(report.vms[0]).toMatchObject({ state: 'succeeded', downSince: null, outageSeconds: expect.any(Number) });
      expect(downIn(report)).toEqual([]);
    }));

  it.concurrent('is down where the site tells no power states, for its warning is all that is known', () =>
    withLab({ vms: 1, assumptions: { inventoryPowerState: false } }, async (lab) => {
      lab.simulator.control.addFaults(staysOff('migrate', { task: { warnings: [WARNING] } }));
      const report = await done(lab, lab.plan({ cutover: CUTOVER }));
      expect(report.vms[0]).toMatchObject({ outageSeconds: null, downSince: expect.any(String) });
    }));

  it.concurrent('of a failover has no recovery time, and is told as off', () =>
    withPart(1, async (lab) => {
      await protect(lab);
      const id = lab.plan().waves[0]?.vms[0]?.id ?? '';
      lab.simulator.control.setVms({ id, powerState: 'POWERED_OFF' });
      lab.simulator.control.addFaults(staysOff('failover'));
      const report = await done(lab, lab.plan({ kind: 'failover', cutover: { ...CUTOVER, powerOn: true } }));
      expect(report.vms[0]).toMatchObject({ state: 'failed', rtoSeconds: null, error: { code: 'NotPoweredOn' } });
      expect(downIn(report)[0]).toContain(`power it on at ${lab.destination}`);
    }));

  const TESTS: [string, Partial<FaultRule>][] = [
    ['proves nothing: no recovery time, a failed drill, and it is removed', {}],
    ['is seen though the task warns of nothing', { task: { powersOn: false, warnings: [] } }],
  ];
  // The inventory alone tells it.
  it.concurrent.each(inShort(TESTS, ([, { task }]) => task !== undefined))('of a test %s', (_, change) =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      lab.simulator.control.addFaults(staysOff('failover-test', change));
      const drill = await startDrill(lab, drillOf(lab, { objectives: { rto: 3_600_000, rpo: null } }));
      const report = await drill.result();
      expect(report).toMatchObject({ state: 'failed', drill: { rtoSeconds: null, left: [] } });
      expect(report.vms[0]).toMatchObject({ rtoSeconds: null, error: { code: 'NotPoweredOn' } });
      expect(testCopies(lab)).toEqual([]);
    }),
  );

  it.concurrent('at home, after a round trip, is told as off', () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      lab.simulator.control.addFaults(staysOff('failover', { site: lab.source }));
      const drill = await startDrill(lab, drillOf(lab, { mode: 'roundtrip', confirm: 'removes-source' }));
      const report = await drill.result();
      expect(report.state).toBe('failed');
      expect(report.vms[0]).toMatchObject({ error: { code: 'NotPoweredOn', site: lab.source } });
      expect(report.vms[0]?.error?.advice).toContain(`on at ${lab.source}`);
      expect(report.vms[0]?.downSince).toEqual(expect.any(String));
      expect(world(lab).sites[lab.source]?.vms[0]?.powerState).toBe('POWERED_OFF');
      // It is left where it runs.
      expect(world(lab).sites[lab.destination]?.vms[0]?.powerState).toBe('POWERED_ON');
      expect(report.vms[0]?.notes).toEqual([expect.stringContaining(`removes the original at ${lab.destination}`)]);
    }));
});

describe('a copy that the plan leaves off', () => {
  it.concurrent('of a VM that was on is down by the plan, which is said', () =>
    withPart(1, async (lab) => {
      const report = await done(lab, lab.plan({ cutover: { ...CUTOVER, powerOn: false } }));
      const [vm] = report.vms;
      expect(vm).toMatchObject({ state: 'succeeded', outageSeconds: null, downSince: expect.any(String) });
      expect(vm?.notes).toEqual([expect.stringMatching(/off.*as the plan says.*powerOn: false/)]);
      expect(downIn(report)[0]).toMatch(/off by the plan/);
      expect(downIn(report)[0]).not.toMatch(/power the source on/);
    }));

  it.concurrent('of a VM that was off has no outage', () =>
    withPart(1, async (lab) => {
      const id = lab.plan().waves[0]?.vms[0]?.id ?? '';
      lab.simulator.control.setVms({ id, powerState: 'POWERED_OFF' });
      const report = await done(lab, lab.plan({ cutover: { ...CUTOVER, powerOn: false } }));
      expect(report.vms[0]).toMatchObject({ state: 'succeeded', outageSeconds: null, downSince: null });
      expect(downIn(report)).toEqual([]);
    }));

  it.concurrent('of a test has no recovery time to show that an objective was met', () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      const recovery = { instance: 'latest', powerOn: false, consolidate: false, sync: false } as const;
      const objectives = { rto: 3_600_000, rpo: null };
      const report = await (await startDrill(lab, drillOf(lab, { recovery, objectives }))).result();
      expect(report.vms[0]?.rtoSeconds).toBeNull();
      expect(report).toMatchObject({ state: 'failed', drill: { missed: [expect.stringMatching(/RTO.*powered on/)] } });
    }));
});

describe('a VM that was off before a round trip', () => {
  it.concurrent('is off at home after it, and nowhere else', () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      lab.simulator.control.setVms({ id: lab.plan().waves[0]?.vms[0]?.id ?? '', powerState: 'POWERED_OFF' });
      const drill = await startDrill(lab, drillOf(lab, { mode: 'roundtrip', confirm: 'removes-source' }));
      const [vm] = (await drill.result()).vms;
      expect(vm).toMatchObject({ error: null });
      expect(world(lab).sites[lab.source]?.vms).toMatchObject([{ powerState: 'POWERED_OFF' }]);
      expect(world(lab).sites[lab.destination]?.vms).toEqual([]);
    }));
});

describe('a source that was never switched off', () => {
  it.concurrent('is not down, though its migrate was accepted and failed', () =>
    withPart(1, async (lab) => {
      const error = { code: 'BadRequest', msg: 'made up' };
      lab.simulator.control.addFaults({ operation: 'migrate', kind: 'fail-task', error });
      const report = await done(lab, lab.plan({ cutover: CUTOVER }));
      expect(report.vms[0]).toMatchObject({ state: 'failed', source: { power: 'on' }, downSince: null });
      expect(downIn(report)).toEqual([]);
    }));

  it.concurrent('is down from the attempt that did switch it off', () =>
    withPart(1, async (lab) => {
      const error = { code: 'GeneralServerFailure', msg: 'made up' };
      lab.simulator.control.addFaults({ operation: 'migrate', kind: 'fail-task', error, times: 1 });
      const report = await done(lab, lab.plan({ cutover: CUTOVER }));
      const [, second, ...more] = report.vms[0]?.operations.filter(({ kind }) => kind === 'migrate') ?? [];
      expect(more).toEqual([]);
      const { submittedAt, finishedAt } = second ?? {};
      const lasted = (Date.parse(finishedAt ?? '') - Date.parse(submittedAt ?? '')) / 1000;
      // In tenths; its end may be heard of late.
      expect(report.vms[0]?.outageSeconds).toBeLessThanOrEqual(lasted + 0.1);
      expect(report.vms[0]?.outageSeconds).toBeGreaterThan(0);
    }));
});
