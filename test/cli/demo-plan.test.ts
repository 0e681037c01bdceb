import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { crashMoment } from '../../cli/demo/crash.js';
import { demoPlanText, examplePlanFile, loadExample } from '../../cli/demo/plan.js';
import { simulatedVms, siteVdcId } from '../../simulator/index.js';
import { vm } from '../support/reports.js';

describe("the demo's plan", () => {
  it('is the example for 40 VMs, a pilot of 5 and the rest', () => {
    expect(readFileSync(examplePlanFile(), 'utf8')).toBe(demoPlanText(40));
    const plan = loadExample(fileURLToPath(examplePlanFile()), { source: 'paris', destination: 'lyon' });
    expect(plan.waves.map(({ name, vms }) => [name, vms.length])).toEqual([
      ['pilot', 5],
      ['rest', 35],
    ]);
    expect(plan.waves.flatMap(({ vms }) => vms.map(({ id }) => id))).toEqual(simulatedVms().map(({ id }) => id));
  });

  it.each([1, 2, 7, 200])('can be made for %i VMs and other sites', async (count) => {
    const folder = await mkdtemp(join(tmpdir(), 'drover-test-'));
    const file = join(folder, 'plan.yaml');
    await writeFile(file, demoPlanText(count));
    const plan = loadExample(file, { source: 'here', destination: 'there' });
    expect(plan.waves.flatMap(({ vms }) => vms)).toHaveLength(count);
    expect(plan.source.site).toBe('here');
    expect(plan.destination).toMatchObject({ site: 'there', vdc: siteVdcId('there') });
    await rm(folder, { recursive: true });
  });
});

describe("the moment for the demo's crash", () => {
  const rest = { wave: 'rest' };

  it('is when the last wave cuts over, and not before or after', () => {
    const pilot = vm('p', { state: 'running', step: 'migrate' });
    expect(crashMoment({ vms: [pilot, vm('a', rest)] })).toBeNull();
    const busy = [vm('a', { ...rest, state: 'running', step: 'migrate' }), vm('b', { ...rest, state: 'succeeded' })];
    expect(crashMoment({ vms: [pilot, ...busy] })).toEqual({ wave: 'rest', done: 1, cutover: 1 });
    expect(crashMoment({ vms: [vm('a', { ...rest, state: 'succeeded' })] })).toBeNull();
    expect(crashMoment({ vms: [] })).toBeNull();
  });
});
