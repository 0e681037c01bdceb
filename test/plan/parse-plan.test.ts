import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parsePlan } from '../../client/index.js';
import { loadPlan } from '../../plan/load-plan.js';
import { A, B, directory, problemLines, VDC } from '../support/plan-files.js';

const PLAN = {
  name: 'exit',
  kind: 'migrate',
  source: { site: 'paris' },
  destination: { site: 'lyon', vdc: VDC },
  cutover: { window: { opens: '2026-12-05T22:00:00Z', closes: '2026-12-06T05:00:00Z' } },
  waves: [
    { name: 'a', vms: [{ id: A, name: 'a' }] },
    { name: 'b', vms: [{ id: B, name: 'b', after: ['a'] }] },
  ],
};
const problems = (change: object, sites?: string[]) =>
  problemLines('', () => parsePlan({ ...PLAN, ...change }, sites ? { sites } : {}));

describe('a plan that a program makes', () => {
  it('is the one that a file with the same data makes', () => {
    const file = join(directory({ 'plan.json': JSON.stringify(PLAN) }), 'plan.json');
    expect(parsePlan(PLAN)).toStrictEqual(loadPlan(file, { sites: null }));
    expect(parsePlan({ ...PLAN, stopAfter: undefined, confirm: null })).toStrictEqual(parsePlan(PLAN));
  });

  it('is not changed by being read', () => {
    const before = structuredClone(PLAN);
    parsePlan(PLAN);
    expect(PLAN).toStrictEqual(before);
  });

  it('has its problems at the paths of its keys, all at once', () => {
    const waves = [{ name: 'a', vms: [{ id: A, name: 'a', after: 'b' }, { id: A, name: 7 }, { nam: 'c' }] }];
    expect(problems({ kind: 'migrat', destination: { site: 'nice', vdc: VDC }, waves }, ['paris', 'lyon'])).toEqual([
      'kind is "migrat" (expected migrate, protect, failover, reverse or failback; hint: did you mean migrate?)',
      'waves[0].vms[1].name is 7 (expected text; hint: put it in quotes)',
      expect.stringMatching(/^waves\[0\]\.vms\[2\]\.nam {2}unknown key "nam" in waves\[0\]\.vms\[2\] /),
      'waves[0].vms[2]  the VM has neither id nor name (expected one of them)',
      `waves[0].vms[1].id  the VM ${A} is there twice, first at waves[0].vms[0].id`,
      expect.stringMatching(/^waves\[0\]\.vms\[0\]\.after(\[0\])? {2}after names "b", which is no VM of this plan/),
      expect.stringMatching(/^destination\.site {2}the site "nice" is unknown/),
    ]);
  });

  it('may name a VM by its id alone, which it goes by until its site tells a name', () => {
    const [wave] = parsePlan({ ...PLAN, waves: [{ name: 'a', vms: [{ id: A }] }] }).waves;
    expect(wave?.vms).toEqual([{ id: A, name: A, after: [] }]);
  });

  it('must be a mapping, and name VMs', () => {
    expect(problemLines('', () => parsePlan([]))).toEqual([
      'the plan is an empty list (expected a mapping (key: value))',
    ]);
    expect(problems({ waves: undefined })).toEqual([
      expect.stringMatching(/^the plan names no VMs|^the plan {2}the plan names no VMs/),
    ]);
  });

  it('may name a CSV, relative to the working directory', () => {
    expect(problems({ waves: undefined, vms: 'nowhere.csv' })).toEqual([
      'vms  the CSV file nowhere.csv does not exist',
    ]);
  });

  it('of more than 50,000 VMs is refused with the count, and nothing is said of its VMs', () => {
    expect(problems({ waves: [{ name: 'a', vms: Array(50_001).fill({}) }] })).toEqual([
      'waves  these are 50001 VMs (expected at most 50000 in one run; hint: make several files of it; the limits of a site ' +
        'hold over all runs)',
    ]);
  });
});
