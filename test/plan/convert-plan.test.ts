/** A plan in another format says the same: what does not fit is told. */
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { convertPlan, type PlanFormat } from '../../plan/convert-plan.js';
import { loadPlan } from '../../plan/load-plan.js';
import { A, B, C, directory, HEAD, VDC } from '../support/plan-files.js';

const WRITTEN = `${HEAD}# a comment
cutover: { approval: wave, window: { opens: 2026-12-05T22:00:00+01:00, closes: 2026-12-06T05:00:00+01:00 }, syncBefore: 30m }
waves:
  - name: first, then
    vms:
      - { id: ${A}, name: "db, 1", powerOn: false }
      - { id: ${B}, name: "007", after: [ "db, 1" ], vdc: Gold, storageProfile: "*", excludedDiskKeys: [ 2001 ] }
  - name: "no"
    vms: [ { id: ${C}, remigrate: true, seedVmId: ${VDC}, address: 10.0.0.7 } ]
`;

function converted(to: PlanFormat, text = WRITTEN, name = 'plan.yaml') {
  const dir = directory({ [name]: text });
  return convertPlan(join(dir, name), to);
}

const loaded = (files: Record<string, string>, name: string) => loadPlan(join(directory(files), name), { sites: null });

describe('a plan', () => {
  it('says the same as JSON and as YAML again', () => {
    const before = loaded({ 'plan.yaml': WRITTEN }, 'plan.yaml');
    const json = converted('json');
    expect(json.left).toEqual(['its comments']);
    expect(loaded({ 'plan.json': json.text }, 'plan.json')).toEqual(before);
    const yaml = converted('yaml', json.text, 'plan.json');
    expect(yaml.left).toEqual([]);
    expect(loaded({ 'plan.yaml': yaml.text }, 'plan.yaml')).toEqual(before);
    expect(converted('json', yaml.text).text).toBe(json.text);
    expect(converted('yaml').left).toEqual(['its comments']);
  });

  it('has the network of a first NIC in a CSV where a cell holds it, and says where none does', () => {
    const vm = (n: number, settings: string) =>
      `  - { id: 441a891a-5294-4dff-b02d-c605d335be1${n}, vmNetworkSettings: ${settings} }\n`;
    const plan = `${HEAD}vms:\n${vm(1, '{ nics: [{ nicIndex: 0, network: lan }] }')}${vm(2, '{ computerName: pc }')}  - { name: web1, priority: high, testNetwork: isolated }\n`;
    const { text, left } = converted('csv', plan);
    expect(text.split('\n').slice(0, 4)).toEqual([
      'id,name,priority,network,testNetwork',
      ',web1,high,,isolated',
      '441a891a-5294-4dff-b02d-c605d335be11,,,lan,',
      '441a891a-5294-4dff-b02d-c605d335be12,,,,',
    ]);
    expect(left[0]).toBe('vmNetworkSettings of 1 VMs, which no cell holds');
  });

  it('calls a VM without an id by its name in a CSV, also where others come after it', () => {
    const plan = `${HEAD}vms:\n  - { name: Data Base }\n  - { name: web1, after: [ Data Base ] }\n`;
    const { text } = converted('csv', plan);
    expect(text).toBe('name,after\nData Base,\nweb1,Data Base\n');
    const before = loaded({ 'plan.yaml': plan }, 'plan.yaml');
    expect(loaded({ 'plan.yaml': `${HEAD}vms: vms.csv\n`, 'vms.csv': text }, 'plan.yaml').waves).toEqual(before.waves);
  });

  it('has no name in a CSV that a spreadsheet would execute, and the same names when it is read', () => {
    const names = ['=HYPERLINK("http://x")', '+1', '-2', '@SUM(A1)', "'=1", '＝1', "it's", 'a;=1', "b; '@c"];
    const ids = names.map((_, n) => `${A.slice(0, -1)}${n}`);
    const vms = ids.map((id, n) => `{ id: ${id}, name: ${JSON.stringify(names[n])} }`);
    const { text } = converted('csv', `${HEAD}waves: [ { name: all, vms: [ ${vms.join(', ')} ] } ]\n`);
    expect(text).not.toMatch(/(^|,|;|")\s*[=+\-@＝]/m);
    const read = loaded({ 'plan.yaml': `${HEAD}vms: vms.csv\n`, 'vms.csv': text }, 'plan.yaml');
    expect(read.waves[0]?.vms.map(({ name }) => name)).toEqual(names);
  });

  it('has its VMs in a CSV, which tells what is not in it', () => {
    const { text, left } = converted('csv');
    const before = loaded({ 'plan.yaml': WRITTEN }, 'plan.yaml');
    const { waves } = loaded({ 'plan.yaml': `${HEAD}vms: vms.csv\n`, 'vms.csv': text }, 'plan.yaml');
    const flat = before.waves.map((wave) => ({
      ...wave,
      vms: wave.vms.map((vm) => {
        const { excludedDiskKeys: _, ...rest } = vm;
        return rest;
      }),
    }));
    expect(waves).toEqual(flat);
    expect(left).toEqual([
      'excludedDiskKeys of 1 VMs, which no cell holds',
      'what is not of a VM: name, kind, source, destination, stopAfter, cutover',
    ]);
  });
});
