/** A plan from the inventory, or from a sheet that people have: what it writes passes the check, and nothing in it is guessed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PlanCheck } from '../../client/check-plan.js';
import { loadPlan } from '../../plan/load-plan.js';
import { vappUnit } from '../../plan/types.js';
import { simulatedVms, siteStorageProfiles, siteVdcId } from '../../simulator/index.js';
import { openWorld, type World } from './support/world.js';

let world: World;
beforeAll(async () => {
  world = await openWorld({ vms: 12 });
});
afterAll(() => world.close());

const vms = simulatedVms({ vms: 12 });
const asked = (...more: string[]) => [
  'plan',
  'new',
  '--source',
  world.sites.source,
  '--destination',
  world.sites.destination,
  ...more,
];

describe('plan new', () => {
  it('writes a plan that passes the check without a warning, with a wave for each vApp, and each vApp as one', async () => {
    const out = join(world.folder.path, 'new.yaml');
    const { code, stdout, stderr } = await world.run(...asked('--waves-by', 'vapp', '--out', out));
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining(`drover plan check ${out}`) });
    expect(stdout).toContain('12 VMs in 3 waves, 3 vApps as one each');
    const plan = loadPlan(out, { sites: Object.values(world.sites) });
    expect(plan.waves.map(({ name, vms: its }) => [name, its.map((unit) => [unit.id, unit.name])])).toEqual(
      ['vapp-001', 'vapp-002', 'vapp-003'].map((name) => [
        name,
        [[vappUnit(vms.find(({ vappName }) => vappName === name)?.vappId ?? ''), name]],
      ]),
    );
    expect(readFileSync(out, 'utf8')).toContain('# vm-001, vm-002, vm-003');
    expect(plan.destination.vdc).toBe(siteVdcId(world.sites.destination));
    expect(readFileSync(out, 'utf8')).toMatch(/# {3}[\da-f-]{36} {2}gold[\s\S]*# {3}[\da-f-]{36} {2}acme-app/);

    const check = await world.json<PlanCheck>('plan', 'check', out);
    expect(check).toMatchObject({ code: 0, document: { ok: true, vms: 12, errors: [], warnings: [] } });
    const { stdout: said } = await world.run('plan', 'check', out);
    expect(said).toMatch(/Nobody can tell before the run:[\s\S]*free space[\s\S]*No error was found\.$/m);
    // What there is already is not written over.
    expect(await world.run(...asked('--out', out))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is a file already'),
    });
  });

  it('takes those alone that are asked for, and says when there are none', async () => {
    async function inWave(...more: string[]) {
      const { stdout, code } = await world.run(...asked('--vapp', 'vapp-002', ...more));
      expect(code).toBe(0);
      return loadPlan(world.folder.write('few.yaml', stdout), { sites: null }).waves[0]?.vms.map(({ name }) => name);
    }
    expect(await inWave('--match', 'VM-00?')).toEqual(['vapp-002']);
    expect(await inWave('--match', 'VM-00?', '--no-vapps')).toEqual(['vm-005', 'vm-006', 'vm-007', 'vm-008']);
    // A vApp of which not all is meant is not moved as one.
    expect(await inWave('--match', '*-005')).toEqual(['vm-005']);
    expect(await world.run(...asked('--match', 'db*'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('12 VMs, none of which is as asked for'),
    });
    expect(await world.run(...asked('--to-vdc', 'nowhere'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('acme-vdc'),
    });
  });

  it('joins a sheet with the inventory, and tells the rows that are no VM, or several', async () => {
    const twin = world.simulator.control.setVms({ site: world.sites.source, name: 'vm-003' })[0]?.id;
    const sheet = world.folder.write(
      'rvtools.csv',
      'VM;Powerstate;Wave\nVM-002;poweredOn;second\nvm-001;poweredOn;first\nvm-003;poweredOn;first\nnobody;;first\nvm-001;;second\n',
    );
    const { code, document } = await world.json<{
      vms: number;
      unmatched: { row: string; what: string; why: string }[];
      plan: string;
    }>(...asked('--from', sheet, '--map', 'name=VM,wave=Wave'));
    expect(code).toBe(1);
    expect(document.unmatched.map(({ row, what, why }) => [row.replace(/.*csv/, ''), what, why])).toEqual([
      [':4:1', 'vm-003', expect.stringContaining(twin ?? '')],
      [':5:1', 'nobody', 'no VM of the source is called so'],
      [':6:1', 'vm-001', expect.stringContaining(':3:1')],
    ]);
    const { waves } = loadPlan(world.folder.write('sheet.yaml', document.plan), { sites: null });
    expect(waves.map(({ name, vms: its }) => [name, ...its.map((vm) => vm.name)])).toEqual([
      ['second', 'vm-002'],
      ['first', 'vm-001'],
    ]);
  });

  it.each([
    ['VM|Wave\na|b\n', 'name=VM', /rvtools\.csv:1:1 .*no column "VM".*separated by neither/],
    ['VM,VM\na,b\n', 'name=VM', /rvtools\.csv:1:4 .*"VM" is there twice/],
    ['Name,Wave\na,b\n', 'name=VM', /no column "VM".*expected one of "Name", "Wave"/],
    ['', 'name=VM', /the file is empty/],
    ['VM\na\n', 'wave=VM', /the columns of the sheet are not said/],
  ])('says in a line what is wrong with a sheet: %j', async (text, map, message) => {
    const sheet = world.folder.write('rvtools.csv', text);
    const { code, stderr } = await world.run(...asked('--from', sheet, '--map', map));
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('a plan that is not fit', () => {
  it('is not run, unless it is said; its findings stand in the document', async () => {
    const { file } = world.plan('unfit', [1]);
    const text = readFileSync(file, 'utf8').replace(/name: vm-\d+ /, 'name: other ');
    const unfit = world.folder.write('unfit.yaml', text);
    const refused = await world.json<{ error: { code: string; findings: { code: string }[]; next: string } }>(
      'run',
      unfit,
      '--id',
      `unfit-${world.tag}`,
    );
    expect(refused).toMatchObject({
      code: 2,
      document: { error: { code: 'PlanUnfit', findings: [{ code: 'NameMismatch' }, { code: 'VappLeft' }] } },
      stderr: expect.stringContaining('--no-check'),
    });
    expect(world.simulator.control.ledger()).toEqual([]);
    const dry = await world.json<{ check: PlanCheck }>('run', unfit, '--dry-run');
    expect(dry).toMatchObject({ code: 2, document: { check: { ok: false, errors: [{ code: 'NameMismatch' }] } } });
    const checked = await world.run('plan', 'check', unfit);
    expect(checked.code).toBe(2);
    expect(checked.stdout).toMatch(/error +NameMismatch +other +the plan calls it other; .*\n +next: If vm-/);
    expect(await world.run('run', unfit, '--no-check', '--id', `unfit-${world.tag}`, '--wait')).toMatchObject({
      code: 1,
    });
  });
});

describe('a plan with names for ids', () => {
  it("is looked up before the start; a name that is nobody's or that of several is refused, with the ids", async () => {
    const { destination } = world.sites;
    const { file } = world.plan('named', [1]);
    const vdc = siteVdcId(destination);
    const text = readFileSync(file, 'utf8').replace(`vdc: ${vdc}`, 'vdc: ACME-vdc, storageProfile: Gold');
    const named = world.folder.write('named.yaml', text);
    const run = `named-${world.tag}`;
    expect(await world.json<PlanCheck>('plan', 'check', named)).toMatchObject({ code: 0, document: { errors: [] } });
    expect(await world.run('run', named, '--id', run, '--wait')).toMatchObject({ code: 0 });
    const start = world.simulator.control
      .ledger()
      .find(({ kind, operationId }) => kind === 'start' && operationId?.includes(run));
    const [gold] = siteStorageProfiles(destination);
    expect(start?.body).toMatchObject({ destination: { vdc, storageProfile: gold?.id } });
    // The same plan is the same run.
    expect((await world.run('run', named, '--id', run)).stderr).toContain('was not started again');

    // All that is not clear is told at once: a VM, and a profile.
    const several = text
      .replace('Gold', 'Silver')
      .replace(/( +)- \{ id: [\da-f-]+, name: [^ ,}]+/, '$1- { name: vm-0002 }\n$1- { name: VM-001');
    const unclear = world.folder.write('several.yaml', several);
    const more = await world.json<{ error: { code: string; message: string } }>('plan', 'check', unclear);
    expect(more).toMatchObject({ code: 2, document: { error: { code: 'BadNames' } } });
    expect(more.document.error.message).toMatch(/no VM vm-0002: did you mean vm-002.*no storage profile Silver/);
    // A VM by its name alone, in whatever case.
    const byName = several.replace('Silver', 'Gold').replace(/.*vm-0002.*\n/, '');
    const looked = await world.json<PlanCheck>('plan', 'check', world.folder.write('by-name.yaml', byName));
    expect(looked).toMatchObject({ code: 0, document: { errors: [], vms: 1 } });

    const unknown = world.folder.write('unknown.yaml', text.replace('Gold', 'Silver'));
    expect(await world.run('plan', 'check', unknown)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(new RegExp(`no storage profile Silver; it has .*gold \\(${gold?.id}\\)`)),
    });
    const { vdcs } = world.simulator.world.site(destination);
    const twin = { ...vdcs.get(vdc), id: '00000000-0000-4000-8000-0000000000dc' } as NonNullable<
      ReturnType<typeof vdcs.get>
    >;
    vdcs.set(twin.id, twin);
    try {
      expect(await world.run('run', named, '--id', `${run}-2`)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(new RegExp(`Several can be meant by a VDC .*ACME-vdc.*${twin.id}`)),
      });
    } finally {
      vdcs.delete(twin.id);
    }
  });
});

describe('replications of a site', () => {
  it('are listed with whose they are, and none is removed', async () => {
    const listed = await world.json<{ all: number; replications: unknown[] }>('replications', world.sites.destination);
    expect(listed).toMatchObject({ code: 0, document: { all: listed.document.replications.length } });
    expect((await world.run('replications', world.sites.destination, '--orphans')).stdout).toContain(
      'nothing was removed',
    );
    expect(await world.run('replications', 'nowhere')).toMatchObject({ code: 2 });
  });
});
