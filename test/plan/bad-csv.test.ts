import { describe, expect, it } from '@jest/globals';
import { A, B, HEAD, planProblems } from '../support/plan-files.js';

describe('a bad CSV', () => {
  const inPlan = (csv: string) => planProblems(`${HEAD}vms: vms.csv\n`, { 'vms.csv': csv });

  const ROWS: [string, string, string | RegExp][] = [
    [
      'an unknown column',
      `id,name,storageprofil\n${A},a,\n`,
      'vms.csv:1:9  unknown column "storageprofil" (expected wave, id, name, after, vdc, storageProfile, placementPolicy, sizingPolicy, seedVmId, powerOn, owner, replicationId, remigrate, priority, network, testNetwork, address or seed; hint: did you mean storageProfile?)',
    ],
    [
      'semicolons above commas',
      `id;name\n${A},a\n`,
      'vms.csv:2:1  the row has 1 cells (expected 2, as the header has)',
    ],
    ['a missing column', `wave\nfirst\n`, /^vms\.csv:1:1 {2}the columns "id" and "name" are missing/],
    ['a column twice', `id,name,id\n${A},a,${B}\n`, 'vms.csv:1:9  the column "id" is there twice'],
    ['too few cells', `id,name,after\n${A},a\n`, 'vms.csv:2:1  the row has 2 cells (expected 3, as the header has)'],
    [
      'an id that is no uuid',
      `name,id\n\n "a, ""b""\nc" , web1\n`,
      'vms.csv:4:6  id is "web1" (expected the uuid of a VM in a cloud site)',
    ],
    [
      'neither id nor name',
      `wave,id,name\né,,\n`,
      /^vms\.csv:2:1 {2}the VM has neither id nor name \(expected one of them\)/,
    ],
    ['a VM twice', `id,name\n${A},a\n${A},b\n`, `vms.csv:3:1  the VM ${A} is there twice, first at vms.csv:2:1`],
    ['a bad dependency', `id,name,after\n${A},a,\n${B},b,a;z\n`, /^vms\.csv:3:40 {2}after names "z"/],
    ['a row without its wave', `id,name,wave\n${A},a,one\n${B},b,\n`, /^vms\.csv:3:40 {2}wave is empty/],
    ['an open quote', `id,name\n${A},a\n${B},"b\n`, 'vms.csv:3:38  a quote is opened here and never closed'],
    ['a quote inside a cell', `id,name\n${A},a"b"\n`, /^vms\.csv:2:38 {2}a quote inside a cell/],
    ['text after a quote', `id,name\n${A},"a"b\n`, /^vms\.csv:2:38 {2}text after the closing quote/],
    [
      'a remigrate that is neither true nor false',
      `id,remigrate\n${A},yes\n`,
      'vms.csv:2:38  remigrate is "yes" (expected true or false)',
    ],
    ['no rows', 'id,name\n', 'vms.csv:1:1  the file names no VMs (expected a row for each VM)'],
    ['nothing', '', /^vms\.csv:1:1 {2}the file is empty/],
  ];

  it.each(ROWS)('with %s says where in the CSV', (_, csv, line) => {
    expect(inPlan(csv)).toContainEqual(typeof line === 'string' ? line : expect.stringMatching(line));
  });

  it('with very many unknown names says so of each, and makes suggestions for the first', () => {
    const rows = Array.from({ length: 30 }, (_, n) => `vm-${n},web${n},wbe${n}`);
    const found = inPlan(`id,name,after\n${rows.join('\n')}\n`);
    expect(found.filter((line) => line.includes('which is no VM of this plan'))).toHaveLength(30);
    expect(found.filter((line) => line.includes('did you mean web'))).toHaveLength(20);
  });

  it('names both places of a VM that two files list', () => {
    const plan = `${HEAD}waves:\n  - { name: one, vms: [ { id: ${A}, name: a } ] }\n  - { name: two, vms: two.csv }\n`;
    expect(planProblems(plan, { 'two.csv': `name,id\nb,${A}\n` })).toEqual([
      `two.csv:2:3  the VM ${A} is there twice, first at plan.yaml:7:31`,
    ]);
  });

  it('that speaks of another wave than the plan says so', () => {
    const plan = `${HEAD}waves:\n  - { name: one, vms: one.csv }\n`;
    expect(planProblems(plan, { 'one.csv': `wave,id,name\ntwo,${A},a\n` })).toEqual([
      expect.stringMatching(
        /^one\.csv:2:1 {2}the row says wave "two", but the plan names this file for the wave "one"/,
      ),
    ]);
  });
});
