/** A failover with open eyes: what is about to happen is shown, and it begins once a person has said yes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ErrorDocument } from '../../cli/text/render-error.js';
import type { PlanCheck, RunReport } from '../../client/index.js';
import { cleanEnv, MAIN } from '../cli/support/cli.js';
import { until } from '../support/until.js';
import { openWorld, type World } from './support/world.js';

/** Instances stay while the tests run, in whose time a simulated one is as fast as 200. */
const KEPT = 'replication: { rpo: 15m, retentionPolicy: { rules: [ { numberOfInstances: 24, distance: 5m } ] } }';

let world: World;
let file: string;
let vms: string[];
beforeAll(async () => {
  world = await openWorld({ vms: 5 });
  ({ file, vms } = world.plan('crm', [2, 2, 1], [KEPT], 'protect'));
  const { document } = await world.json<RunReport>('run', file, '--id', `protect-${world.tag}`, '--wait');
  expect(document).toMatchObject({ state: 'succeeded', totals: { succeeded: 5 } });
});
afterAll(() => world.close());

const sent = (kind: string) => world.simulator.control.ledger().filter((one) => one.kind === kind);
const powerAt = (site: string, name: string | undefined) =>
  world.simulator.control.world().sites[site]?.vms.find((vm) => vm.name === name)?.powerState;

/** At a terminal of 200 columns, where a person answers. */
async function atTerminal(answer: string, ...args: string[]): Promise<{ code: number | null; seen: string }> {
  const shell = `stty cols 200; exec ${process.execPath} ${MAIN} ${args.join(' ')}`;
  const terminal = spawn('script', ['--quiet', '--return', '--command', shell, '/dev/null'], {
    cwd: world.folder.path,
    env: { ...cleanEnv(), SHELL: '/bin/sh', TEMPORAL_ADDRESS: world.address },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let seen = '';
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (!seen.includes('Type yes') && (seen + text).includes('Type yes')) terminal.stdin.write(`${answer}\n`);
    seen += text;
  });
  const [code] = (await once(terminal, 'close')) as [number | null];
  return { code, seen };
}

describe('a failover that nobody has said yes to', () => {
  it('shows each VM with its instance and its source, the split brain, and what to type; nothing is sent', async () => {
    const { code, stderr, stdout } = await world.run('failover', file, '--id', `all-${world.tag}`);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(
      `About to fail over 5 VMs of plan crm to ${world.sites.destination}, as run all-${world.tag}:`,
    );
    for (const name of vms)
      expect(stderr).toMatch(
        new RegExp(`^${name} +wave\\d +C4-\\S+ +\\d{4}-\\d\\d-\\d\\d .* on at ${world.sites.source}$`, 'm'),
      );
    expect(stderr).toContain(`SPLIT BRAIN: ${world.sites.source} answers, and ${vms.join(', ')} run there.`);
    expect(stderr).toContain(`drover failover ${file} --id all-${world.tag} --planned`);
    expect(stderr).toContain(`next: drover failover ${file} --id all-${world.tag} --confirm`);
    expect(sent('failover')).toEqual([]);
  });

  it('is one JSON document with --json, and so for a run of that kind', async () => {
    const { code, document } = await world.json<ErrorDocument>('failover', file);
    expect({ code, is: document.error.code }).toEqual({ code: 2, is: 'NotConfirmed' });
    const itself = world.folder.write('itself.yaml', `name: itself\nkind: failover\n${restOf(file)}`);
    const { code: of, stderr } = await world.run('run', itself, '--id', `itself-${world.tag}`, '--wait');
    expect({ of, stderr }).toEqual({ of: 2, stderr: expect.stringContaining('SPLIT BRAIN') });
    expect(stderr).toContain(`switches it off: drover failover ${itself} --id itself-${world.tag} --wait --planned`);
    expect(stderr).toContain(`next: drover run ${itself} --id itself-${world.tag} --wait --confirm`);
  });

  it('is not begun by any other word than yes', async () => {
    const { code, seen } = await atTerminal('y', 'failover', file, '--wave', 'wave1');
    expect(code).toBe(2);
    expect(seen).toContain(`Fail over 2 VMs to ${world.sites.destination}? Type yes:`);
    expect(sent('failover')).toEqual([]);
  });

  /** A plan without its name, kind and replication. */
  function restOf(path: string): string {
    const text = readFileSync(path, 'utf8');
    return text.replace(/^(name|kind|replication): .*\n/gm, '').replace(/, vdc: [^ }]+/, '');
  }
});

describe('a failover that goes on', () => {
  it('is given no VM more that nobody has said yes to', async () => {
    const { source, destination } = world.sites;
    const [gated, late] = ['gated', 'late'].map((name, n) =>
      world.folder.write(
        `${name}.yaml`,
        `name: ${name}\nkind: failover\nsource: { site: ${source} }\ndestination: { site: ${destination} }\n` +
          `cutover: { approval: wave }\nwaves: [ { name: all, vms: [ { name: ${vms[n]} } ] } ]\n`,
      ),
    );
    const run = `gated-${world.tag}`;
    expect(await world.run('run', gated ?? '', '--id', run, '--confirm')).toMatchObject({ code: 0 });
    const asked = await world.json<ErrorDocument>('add', run, late ?? '');
    expect(asked).toMatchObject({
      code: 2,
      document: { error: { code: 'NotConfirmed', next: `drover add ${run} ${late} --confirm` } },
      stderr: expect.stringContaining(`${vms[1]} run`),
    });
    const added = await world.json<{ affected: number }>('add', run, late ?? '', '--confirm');
    expect(added).toMatchObject({ code: 0, document: { affected: 1 } });
    await world.run('cancel', run);
    expect((await world.json<RunReport>('watch', run)).document).toMatchObject({ totals: { vms: 2, cancelled: 2 } });
    expect(sent('failover')).toEqual([]);
  });
});

describe('a part of a plan', () => {
  it('must be in it', async () => {
    const none = await world.run('failover', file, '--vms', `${vms[0]},nobody`);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('Plan crm has no VM nobody.') });
    const wave = await world.run('failover', file, '--wave', 'wave9');
    expect(wave).toMatchObject({ code: 2, stderr: expect.stringContaining('Nearest: wave1') });
  });

  it('is failed over once a person says yes at the terminal, under an id of its own', async () => {
    const { code, seen } = await atTerminal('yes', 'failover', file, '--vms', String(vms[0]), '--wait');
    expect(seen).toMatch(/crm-failover-vm-001-\d{8}/);
    expect(code).toBe(0);
    expect(sent('failover')).toHaveLength(1);
    expect(powerAt(world.sites.destination, vms[0])).toBe('POWERED_ON');
  });
});

describe('instances', () => {
  it('are chosen for a wave, and one that is nowhere is said before anything is sent', async () => {
    const args = ['failover', file, '--wave', 'wave2', '--id', `old-${world.tag}`];
    const none = await world.run(...args, '--instance', 'wave2=2020-01-01T00:00:00Z', '--confirm');
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('NoInstance') });
    expect(await world.run(...args, '--instance', 'wave7=2020-01-01T00:00:00Z')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Plan crm has no wave wave7.'),
    });
    // No instance comes until it is sent: times of a site are told by our clock, and only as well as that is known.
    const { control } = world.simulator;
    control.setSpeed(0.0001);
    const dry = await world.json<{ check: PlanCheck }>('failover', file, '--vms', String(vms[2]), '--dry-run');
    const latest = dry.document.check.recoveries?.[0]?.instance;
    const moment = new Date((latest?.at ?? 0) + 10_000);
    await until(
      async () => new Date(),
      (now) => now > moment,
    );
    const before = sent('failover').length;
    const chosen = ['--vms', String(vms[2]), '--instance', `wave2=${moment.toISOString()}`, '--confirm', '--wait'];
    const failing = world.json<RunReport>('failover', file, ...chosen);
    await until(
      async () => sent('failover'),
      ({ length }) => length > before,
    );
    control.setSpeed(200);
    const { code, document } = await failing;
    expect({ code, state: document.state }).toEqual({ code: 0, state: 'succeeded' });
    expect(sent('failover').at(-1)).toMatchObject({ body: { instanceId: latest?.key } });
  });
});

describe('a planned failover', () => {
  it('sends the rest with the source off, so that nothing runs twice', async () => {
    const args = ['failover', file, '--vms', String(vms[1]), '--planned'];
    const asked = await world.run(...args);
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringMatching(/^Planned: vm-002 at .* is switched off/m) });
    const { code, document } = await world.json<RunReport>(...args, '--confirm', '--wait');
    expect({ code, kind: document.kind, state: document.state }).toEqual({
      code: 0,
      kind: 'failover',
      state: 'succeeded',
    });
    expect(sent('migrate')).toHaveLength(1);
    expect(powerAt(world.sites.source, vms[1])).toBe('POWERED_OFF');
    expect(powerAt(world.sites.destination, vms[1])).toBe('POWERED_ON');
    expect(document.vms[0]).toMatchObject({ rtoSeconds: expect.any(Number), rpoSeconds: null });
  });
});

describe('a failover of a site that is lost', () => {
  it('says that nobody knows what runs there, and needs --confirm alone', async () => {
    world.simulator.control.setUp(world.sites.source, false);
    const { code, document, stderr } = await world.json<RunReport>(
      'failover',
      file,
      '--wave',
      'wave3',
      '--confirm',
      '--wait',
    );
    expect(stderr).toContain(`Whether ${vms[4]} runs at ${world.sites.source} is not known`);
    expect(stderr).not.toContain('SPLIT BRAIN');
    expect({ code, state: document.state }).toEqual({ code: 0, state: 'succeeded' });
  });
});
