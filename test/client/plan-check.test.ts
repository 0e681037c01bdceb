/**
 * The check of a plan against what a run of it comes to: whatever it calls an error does not succeed, whatever it calls a
 * warning does, and of what goes well it says nothing.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describe as described } from '../../activities/mark.js';
import { checkPlan, type PlanCheck } from '../../client/check-plan.js';
import { listReplications } from '../../client/list-replications.js';
import { startRun } from '../../client/start-run.js';
import { cancelUpdate } from '../../contract/messages.js';
import { runWorkflowId } from '../../contract/names.js';
import type { PlanFinding, Severity } from '../../contract/plan-check.js';
import { isFinal, type RunReport, type VmReport } from '../../contract/report.js';
import type { Plan, PlanVm } from '../../plan/types.js';
import { siteStorageProfiles, siteVdcId } from '../../simulator/index.js';
import { inShort } from '../support/in-short.js';
import { type Lab, openLab, withLab } from '../support/lab.js';
import { sessionOf } from '../support/lab-session.js';
import { listening } from '../support/listening.js';
import { aVm } from '../support/plans.js';
import { given, protection } from '../support/recoveries.js';
import { until } from '../support/until.js';

const NOWHERE = '00000000-0000-4000-8000-00000000dead';
/** As a worker of a lab marks what it makes. */
const INSTALLATION = 'default';

let lab: Lab;
/** VMs that no test has had */
let unused: PlanVm[];
beforeAll(async () => {
  lab = await openLab({ vms: 54, speed: 1_000 });
  unused = (lab.plan().waves[0]?.vms ?? []).slice();
  await listening(lab);
  lab.simulator.control.setVms(...unused.map(({ id }) => ({ id, usedBytes: 2 ** 30 })));
});
afterAll(() => lab.close());

function take(): PlanVm {
  const vm = unused.shift();
  if (vm === undefined) throw new RangeError('the lab has no more VMs');
  return vm;
}

const session = () => sessionOf(lab);

const planOf = (vms: PlanVm[], change: Partial<Plan> = {}): Plan =>
  lab.plan({ waves: [{ name: 'all', vms }], ...change });
/** Of vApps, which each VM of the simulator shares with others, test/client/vapps.test.ts tells. */
async function checked(plan: Plan, run?: string): Promise<PlanCheck> {
  const check = await checkPlan(session(), plan, run === undefined ? {} : { run });
  return { ...check, warnings: check.warnings.filter(({ code }) => code !== 'VappLeft') };
}
const all = ({ errors, warnings }: PlanCheck): PlanFinding[] => [...errors, ...warnings];
const told = ({ severity, code, vm }: PlanFinding) => `${severity} ${code}${vm === null ? '' : ` of ${vm.name}`}`;

/** As far as it gets by itself: its VMs have ended, or wait for a person. */
async function outcome(plan: Plan): Promise<RunReport> {
  const { run, report } = await lab.start(plan);
  const isAtRest = ({ state, waitingFor, hold }: VmReport) =>
    isFinal(state) || waitingFor === 'claim' || (hold ?? null) !== null;
  const seen = await until(report, ({ vms }) => vms.length > 0 && vms.every(isAtRest));
  if (!seen.vms.every(({ state }) => isFinal(state)))
    await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(cancelUpdate, { args: [{}] });
  return seen;
}

/** A person's replication of a VM, with its first copy. @returns its id */
async function replicated({ id }: PlanVm, change: object = {}): Promise<string> {
  const { control } = lab.simulator;
  const body = {
    source: { type: 'vm', site: lab.source, vmId: id, excludedDiskKeys: null },
    destination: { type: 'vcloud', site: lab.destination, vdc: siteVdcId(lab.destination), storageProfile: '*' },
    isMigration: true,
    ...change,
  };
  control.act({ operation: 'start', user: 'ann@acme', body });
  const found = await until(
    async () => control.world().replications.find(({ vmId }) => vmId === id),
    (one) => one?.state === 'OK',
  );
  return found?.id ?? '';
}

/** As an earlier run would have made it. */
const ofRun = ({ id }: PlanVm, change: object = {}, installation = INSTALLATION) =>
  replicated(aVm('', { id }), {
    description: described(installation, { run: 'earlier', unit: id, operationId: 'drover/earlier/x/start/0' }, ''),
    ...change,
  });

async function operated(replicationId: string, operation: 'failover' | 'failover-test', state: string): Promise<void> {
  const { control } = lab.simulator;
  control.act({ operation, replicationId, body: { powerOn: true } });
  await until(
    async () => control.world().replications.find(({ id }) => id === replicationId)?.recoveryState,
    (now) => now === state,
  );
}

type Planned = Partial<PlanVm> | undefined;
/** What is wrong with one VM of a plan, and what the check is to say of it. */
const FAULTS: [what: string, severity: Severity, code: string, make: (vm: PlanVm) => Promise<Planned> | Planned][] = [
  ["its id is nobody's", 'error', 'VmNotFound', () => ({ id: NOWHERE })],
  ['it is called otherwise', 'error', 'NameMismatch', () => ({ name: 'somebody-else' })],
  ['its VDC is not there', 'error', 'VdcNotFound', () => ({ vdc: NOWHERE })],
  ["its VDC is another organization's", 'error', 'VdcNotFound', () => ({ vdc: siteVdcId(lab.destination, 'globex') })],
  ['its storage profile is not there', 'error', 'StorageProfileNotFound', () => ({ storageProfile: NOWHERE })],
  ['its seed is not there', 'error', 'SeedNotFound', () => ({ seedVmId: NOWHERE })],
  ['its owner is not there', 'error', 'OwnerNotFound', () => ({ owner: `umbrella@${lab.destination}` })],
  ['a person replicates it', 'error', 'ReplicationNotOurs', async (vm) => void (await replicated(vm))],
  ['another Drover replicates it', 'error', 'ReplicationNotOurs', async (vm) => void (await ofRun(vm, {}, 'other'))],
  [
    'an earlier run sends it elsewhere',
    'error',
    'ReplicatedElsewhere',
    async (vm) => {
      const [gold, standard] = siteStorageProfiles(lab.destination).map(({ id }) => id);
      const destination = {
        type: 'vcloud',
        site: lab.destination,
        vdc: siteVdcId(lab.destination),
        storageProfile: gold,
      };
      await ofRun(vm, { destination });
      return { storageProfile: standard as string };
    },
  ],
  [
    'its earlier replication is paused',
    'error',
    'ReplicationPaused',
    async (vm) => lab.simulator.control.trouble(await ofRun(vm), { isPaused: true }) as undefined,
  ],
  [
    'its earlier replication leaves a disk out',
    'error',
    'ReplicationDiffers',
    async (vm) =>
      void (await ofRun(vm, { source: { type: 'vm', site: lab.source, vmId: vm.id, excludedDiskKeys: [2001] } })),
  ],
  [
    'it was recovered',
    'error',
    'AlreadyRecovered',
    async (vm) => operated(await ofRun(vm), 'failover', 'COMPLETE') as never,
  ],
  [
    'a test copy of it stands',
    'error',
    'TestCopyExists',
    async (vm) => operated(await ofRun(vm), 'failover-test', 'TEST') as never,
  ],
  [
    'it is off, and its name stands there',
    'error',
    'MaybeMoved',
    ({ id, name }) => {
      lab.simulator.control.setVms({ id, powerState: 'POWERED_OFF' }, { site: lab.destination, name });
      return undefined;
    },
  ],
  ['an earlier run replicates it', 'warning', 'AlreadyReplicated', async (vm) => void (await ofRun(vm))],
  [
    'it is off',
    'warning',
    'SourceOff',
    ({ id }) => void lab.simulator.control.setVms({ id, powerState: 'POWERED_OFF' }),
  ],
  [
    'its name stands there',
    'warning',
    'NameAtDestination',
    ({ name }) => void lab.simulator.control.setVms({ site: lab.destination, name }),
  ],
  [
    'its guest is called as another',
    'warning',
    'ComputerNameRepeated',
    () => ({ vmNetworkSettings: { computerName: 'pc' } }),
  ],
  [
    'it has the address of another',
    'warning',
    'AddressRepeated',
    () => ({ vmNetworkSettings: nic({ ipAddress: '10.0.0.7' }) }),
  ],
  [
    'it is to have an address, and has none',
    'warning',
    'AddressMissing',
    () => ({ vmNetworkSettings: nic({ ipAddressAllocationMode: 'MANUAL' }) }),
  ],
  [
    'its address is not used',
    'warning',
    'AddressIgnored',
    () => ({ vmNetworkSettings: nic({ ipAddressAllocationMode: 'DHCP', ipAddress: '10.0.0.9' }) }),
  ],
  [
    'its network is none of its VDC',
    'warning',
    'NetworkNotInVdc',
    () => ({ vmNetworkSettings: nic({ network: 'no-such' }) }),
  ],
];

const nic = (change: object) => ({ nics: [{ nicIndex: 0, ...change }] });

describe('the check of a plan, and its run', () => {
  it('agree on each of the faults of its VMs, and on those that have none', async () => {
    const faulty: { vm: PlanVm; expected: string; severity: Severity }[] = [];
    for (const [, severity, code, make] of FAULTS) {
      const vm = take();
      const made = { ...vm, ...(await make(vm)) };
      faulty.push({ vm: made, severity, expected: `${severity} ${code} of ${made.name}` });
    }
    // Those that are like another are told once, of the first of them.
    const alike = [
      { ...take(), vmNetworkSettings: { computerName: 'PC' } },
      { ...take(), vmNetworkSettings: nic({ ipAddress: '10.0.0.7' }) },
    ];
    const good = [take(), { ...take(), storageProfile: siteStorageProfiles(lab.destination)[0]?.id as string }];
    const plan = planOf([...faulty.map(({ vm }) => vm), ...alike, ...good]);

    const check = await checked(plan);
    expect(all(check).map(told).sort()).toEqual(faulty.map(({ expected }) => expected).sort());
    expect(check.ok).toBe(false);
    for (const { message, advice, severity } of all(check)) {
      expect(message).not.toMatch(/undefined|null|\[object/);
      if (severity === 'error') expect(advice).toMatch(/\w/);
    }

    // What stands there, and whose it is.
    const [ours, others, people] = ['AlreadyReplicated', 'another installation', 'somebody else'].map(
      (sign) => all(check).find(({ code, message }) => code === sign || message.includes(sign))?.vm?.id,
    );
    const standing = new Map((await listReplications(session(), lab.destination)).map((one) => [one.vm.id, one]));
    expect(standing.get(ours ?? null)).toMatchObject({
      whose: 'ours',
      run: 'earlier',
      runIs: 'forgotten',
      isOrphan: true,
      kind: 'migration',
      source: lab.source,
      latest: expect.stringMatching(/Z$/),
    });
    expect(standing.get(others ?? null)).toMatchObject({ whose: 'another installation', isOrphan: false });
    expect(standing.get(people ?? null)).toMatchObject({ whose: 'unmarked', run: null, isOrphan: false });

    const { vms } = await outcome(plan);
    const succeeded = (one: PlanVm) => vms.find(({ id }) => id === one.id)?.state === 'succeeded';
    const wrong = faulty.filter(({ vm, severity }) => succeeded(vm) !== (severity === 'warning'));
    expect(wrong.map(({ expected, vm }) => [expected, vms.find(({ id }) => id === vm.id)])).toEqual([]);
    expect([...alike, ...good].filter((vm) => !succeeded(vm))).toEqual([]);

    // What was moved is skipped by the next run.
    const again = await checked(planOf(good));
    expect(all(again).map(told)).toEqual(good.map(({ name }) => `warning AlreadyMigrated of ${name}`));
    expect(again.ok).toBe(true);
    // Another VM of its name is not.
    const [first] = good;
    const [namesake] = lab.simulator.control.setVms({ site: lab.source, name: first?.name });
    const suspect = planOf([aVm(first?.name ?? '', { id: namesake?.id ?? '' })]);
    expect(all(await checked(suspect)).map(({ code, severity }) => [severity, code])).toEqual([
      ['error', 'MaybeMoved'],
    ]);
    expect((await outcome(suspect)).vms[0]?.error?.code).toBe('MaybeMoved');
  });

  const policy = (change: object, site = () => lab.destination) => ({
    set: () => lab.simulator.control.setPolicy(site(), change),
    undo: () =>
      lab.simulator.control.setPolicy(site(), {
        allowIncomingMigrations: true,
        allowOutgoingMigrations: true,
        allowIncomingProtections: true,
        allowOutgoingProtections: true,
        allowCustomSlaSettings: true,
        allowAdvancedRetentionRules: true,
        maxIncoming: -1,
        minRpo: 1,
        maxInstances: 24,
      }),
  });
  const rules = (...counts: number[]) => ({
    rules: counts.map((numberOfInstances) => ({ numberOfInstances, distance: 60 })),
  });
  const protect = (replication: Plan['replication']): Partial<Plan> => ({ kind: 'protect', replication });
  const nothing = { set: () => {}, undo: () => {} };
  const over = new Date(Date.now() - 60_000).toISOString();
  const WHOLE: [what: string, code: string, change: Partial<Plan>, world: { set(): void; undo(): void }][] = [
    ['no incoming migrations', 'PolicyViolation', {}, policy({ allowIncomingMigrations: false })],
    ['no outgoing migrations', 'PolicyViolation', {}, policy({ allowOutgoingMigrations: false }, () => lab.source)],
    ['no incoming protections', 'PolicyViolation', protect({ rpo: 60 }), policy({ allowIncomingProtections: false })],
    [
      'no outgoing protections',
      'PolicyViolation',
      protect({ rpo: 60 }),
      policy({ allowOutgoingProtections: false }, () => lab.source),
    ],
    ['no room for more', 'PolicyViolation', {}, policy({ maxIncoming: 0 })],
    ['too short an RPO', 'PolicyViolation', protect({ rpo: 15 }), policy({ minRpo: 60 })],
    [
      'too many instances',
      'PolicyViolation',
      protect({ rpo: 60, retentionPolicy: rules(9) }),
      policy({ maxInstances: 8 }),
    ],
    ['settings of its own', 'PolicyViolation', protect({ rpo: 60 }), policy({ allowCustomSlaSettings: false })],
    [
      'several rules of retention',
      'PolicyViolation',
      protect({ rpo: 60, retentionPolicy: rules(2, 2) }),
      policy({ allowAdvancedRetentionRules: false }),
    ],
    ['an SLA profile that is not there', 'SlaProfileNotFound', protect({ slaProfileId: NOWHERE }), nothing],
    [
      'a window that is over',
      'WindowOver',
      {
        cutover: {
          approval: 'none',
          window: { opens: '2020-01-01T00:00:00.000Z', closes: over, missed: 'fail', begun: 'finish' },
          powerOn: true,
          consolidate: false,
        },
      },
      nothing,
    ],
    ['nothing to fail over', 'NoReplication', { kind: 'failover' }, nothing],
    ['nothing to reverse', 'NoReplication', { kind: 'reverse', confirm: 'removes-source' }, nothing],
    ['nothing to bring back', 'NoReplication', { kind: 'failback', confirm: 'removes-source' }, nothing],
  ];

  // A policy by its word and by a figure, what no site has to be asked for, and what is not there: each costs a run.
  const few = ['no incoming migrations', 'too short an RPO', 'a window that is over', 'nothing to fail over'];

  it.each(inShort(WHOLE, ([what]) => few.includes(what)))('agree on %s', async (_, code, change, { set, undo }) => {
    const plan = planOf([take()], change);
    set();
    try {
      const check = await checked(plan);
      expect(all(check).map((one) => [one.severity, one.code])).toEqual([['error', code]]);
      expect((await outcome(plan)).vms[0]?.state).not.toBe('succeeded');
    } finally {
      undo();
    }
  });

  it('agree on a replication that waits, is paused, has a test copy, or is not recovered', async () => {
    const vms = [take(), take(), take()];
    await given(lab, protection(lab, { waves: [{ name: 'all', vms }] }));
    const { control } = lab.simulator;
    const idOf = (vm: PlanVm | undefined) => control.world().replications.find(({ vmId }) => vmId === vm?.id)?.id ?? '';
    const [fine, paused, tested] = vms;
    control.trouble(idOf(paused), { isPaused: true });
    await operated(idOf(tested), 'failover-test', 'TEST');
    const reversal = await checked(planOf([fine as PlanVm], { kind: 'reverse', confirm: 'removes-source' }));
    expect(reversal.errors.map(told)).toEqual([`error NotRecovered of ${fine?.name}`]);
    const before = '2020-01-01T00:00:00.000Z';
    const older = planOf([fine as PlanVm], { kind: 'failover', recovery: { instance: { before } } });
    expect(all(await checked(older)).map(told)).toEqual([`error NoInstance of ${fine?.name}`]);
    expect((await outcome(older)).vms[0]?.state).not.toBe('succeeded');
    const failover = planOf(vms, { kind: 'failover' });
    expect(all(await checked(failover)).map(told)).toEqual([
      `error ReplicationPaused of ${paused?.name}`,
      `error TestCopyExists of ${tested?.name}`,
    ]);
    const { vms: after } = await outcome(failover);
    expect(after.map(({ state }) => state === 'succeeded')).toEqual([true, false, false]);
  });

  it('agree on a VM that another run works with, and on an id that is taken', async () => {
    const vm = take();
    const first = planOf([vm], { cutover: { ...lab.plan().cutover, approval: 'wave' } });
    const { run } = await startRun(session(), first, `held-${lab.taskQueue.slice(-8)}`);
    await until(
      () => checked(first, run),
      ({ warnings }) => warnings.some(({ code }) => code === 'AlreadyReplicated'),
    );
    const second = planOf([vm]);
    await until(
      () => checked(second),
      ({ warnings }) => warnings.some(({ code, message }) => code === 'VmInUse' && message.includes(run)),
    );
    expect((await checked(first, run)).warnings.map(({ code }) => code)).toContain('RunStartedBefore');
    expect((await checked(second, run)).errors.map(({ code }) => code)).toEqual(['RunExists']);
    await expect(startRun(session(), second, run)).rejects.toMatchObject({ code: 'RunExists' });
    expect((await outcome(second)).vms[0]?.waitingFor).toBe('claim');
    await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(cancelUpdate, { args: [{}] });
  });

  it('say nothing of a plan that is good', async () => {
    const plan = planOf([take(), take()]);
    const { ok, errors, warnings, untold, estimate } = await checked(plan);
    expect({ ok, errors, warnings }).toEqual({ ok: true, errors: [], warnings: [] });
    expect(untold.join('\n')).toMatch(/free space and quotas.*\n.*guest tools/);
    const { vms, expected } = await outcome(plan);
    expect(vms.map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
    // The run was told the same when it began.
    const each = { count: estimate?.each.count, p50Seconds: (estimate?.each.p50 ?? 0) / 1_000 };
    expect(estimate?.each.count).toBeGreaterThanOrEqual(5);
    expect(expected).toMatchObject({ site: lab.destination, ...each, atOnce: estimate?.atOnce, share: null });
  });

  it('raise no alarm over what a site does not tell, and say that it does not', async () => {
    const error = { code: 'Forbidden', msg: 'Permission denied.' };
    const faults = ['inventory', 'policies'].map(
      (operation) => ({ kind: 'status', operation, status: 403, error }) as const,
    );
    const added = lab.simulator.control.addFaults(...faults);
    try {
      const { errors, warnings, untold } = await checked(planOf([take()]));
      expect({ errors, warnings }).toEqual({ errors: [], warnings: [] });
      for (const what of ['its VMs', 'its VDCs', 'its policies'])
        expect(untold.join('\n')).toContain(`does not tell ${what}`);
    } finally {
      for (const { id } of added) lab.simulator.control.clearFaults(id);
    }
  });

  it('are made in pieces, none of which is more than a message may carry', async () => {
    const ids = Array.from({ length: 1_100 }, (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);
    const progress: number[] = [];
    const plan = planOf(ids.map((id) => aVm(`nobody-${id.slice(-4)}`, { id })));
    const check = await checkPlan(session(), plan, { onProgress: (checked) => progress.push(checked) });
    expect(progress.at(-1)).toBe(1_100);
    expect(check.errors.length + (check.more.VmNotFound ?? 0)).toBe(1_100);
    expect(check.ok).toBe(false);
    const sizes: number[] = [];
    const query = `WorkflowId STARTS_WITH 'ask-sites/' AND TaskQueue = '${lab.taskQueue}'`;
    for await (const { workflowId } of lab.client.workflow.list({ query })) {
      const { events } = await lab.client.workflow.getHandle(workflowId).fetchHistory();
      for (const event of events ?? []) sizes.push(JSON.stringify(event).length);
    }
    expect(sizes.length).toBeGreaterThan(10);
    // As JSON, bytes take more than on the wire.
    expect(Math.max(...sizes)).toBeLessThan(256 * 1024);
  });

  it('agree on a site without a licence', () =>
    withLab({ vms: 1 }, async (unlicensed) => {
      unlicensed.simulator.control.setLicense(unlicensed.destination, false);
      await listening(unlicensed);
      const check = await checkPlan(sessionOf(unlicensed), unlicensed.plan());
      expect(all(check).map(({ code, severity }) => [severity, code])).toEqual([['error', 'ServiceNotLicensed']]);
      // The destination sees the login of the source, as a run shows it; the source sees its own alone.
      const extended = unlicensed.simulator.control.stats().requests.filter(({ route }) => route.includes('extend'));
      expect(extended.map(({ site }) => site)).toEqual([unlicensed.destination]);
      const { report } = await unlicensed.start(unlicensed.plan());
      const { vms } = await until(report, (seen) => (seen.vms[0]?.hold ?? null) !== null);
      expect(vms[0]?.hold?.code).toBe('ServiceNotLicensed');
    }));

  it('cannot be made while a site is away; of a failover, only its source may be', async () => {
    const vm = take();
    await given(lab, protection(lab, { waves: [{ name: 'all', vms: [vm] }] }));
    const { control } = lab.simulator;
    control.setUp(lab.source, false);
    try {
      await expect(checked(planOf([vm]))).rejects.toMatchObject({ code: 'SiteAway', site: lab.source });
      const { errors, warnings } = await checked(planOf([vm], { kind: 'failover' }));
      expect(errors).toEqual([]);
      expect(warnings.map(({ code }) => code)).toContain('SourceAway');
    } finally {
      control.setUp(lab.source, true);
    }
  });
});
