import { describe, expect, it } from '@jest/globals';
import { A, HEAD, planProblems, VDC } from '../support/plan-files.js';

const VMS = `vms: [ { id: ${A}, name: web1 } ]\n`;
const GOOD = `${HEAD}${VMS}`;

describe('several mistakes at once', () => {
  it.each([
    [
      'an unknown key beside a rule over two keys',
      `replication: { slaProfileId: ${VDC}, rpo: 5, dataConnectionTyp: X }\n`,
      'protect',
    ],
    ['an unknown key beside a key without effect', 'recovery: { instanc: latest }\n', 'migrate'],
  ])('%s: neither hides the other', (_, more, kind) => {
    expect(planProblems(GOOD.replace('stopAfter: 3\n', more).replace('kind: migrate', `kind: ${kind}`))).toHaveLength(
      2,
    );
  });

  it('limits of VCDA hold for every kind', () => {
    const replication =
      'replication: { rpo: 48h, retentionPolicy: { rules: [ { numberOfInstances: 30, distance: 15 } ] } }\n';
    expect(planProblems(GOOD.replace('stopAfter: 3\n', replication))).toEqual([
      expect.stringMatching(/rpo is 2880 minutes/),
      expect.stringMatching(/keep 30 instances/),
    ]);
  });
});

describe('no mistake hides another', () => {
  it('a key that is there twice leaves the rest to be read, and its second value holds', () => {
    const plan = `${GOOD.replace('stopAfter: 3', 'stopAfter: none')}kind: migrat\nkeepReplication: 3\n`;
    const places = planProblems(plan).map((line) => line.split('  ')[0]);
    expect(places).toEqual(['plan.yaml:5:12', 'plan.yaml:7:1', 'plan.yaml:7:7', 'plan.yaml:8:18']);
  });

  it('a wrong value leaves the rules over those beside it', () => {
    const replication = 'replication: { rpo: 48h, quiesced: 1, retentionPolicy: { rules: [] } }';
    const plan = `${GOOD.replace('migrate', 'protect')}${replication}\ncutover: { approval: wave, powerOn: 1 }\n`;
    const lines = planProblems(plan);
    expect(lines).toContainEqual(expect.stringContaining('replication.rpo is 2880 minutes (expected 1m to 24h)'));
    expect(lines).toContainEqual(expect.stringContaining('replication.quiesced is 1'));
    expect(lines).toContainEqual(expect.stringContaining('an approval has no effect'));
    expect(lines).toContainEqual(expect.stringContaining('cutover.powerOn is 1'));
  });

  it('three in one rule for a pause are told, each at its place', () => {
    const rule = 'stopAfter: { failures: 0, sameCode: x, sameCodes: 1 }';
    const lines = planProblems(GOOD.replace('stopAfter: 3', rule));
    expect(lines).toEqual([
      expect.stringMatching(/^plan\.yaml:5:24 {2}stopAfter\.failures is 0 \(expected a count/),
      expect.stringMatching(/^plan\.yaml:5:37 {2}stopAfter\.sameCode is "x" \(expected a count/),
      expect.stringMatching(/^plan\.yaml:5:40 {2}unknown key "sameCodes" in stopAfter .*did you mean sameCode\?/),
    ]);
    expect(planProblems(GOOD.replace('stopAfter: 3', 'stopAfter: {}'))).toEqual([
      expect.stringMatching(/^plan\.yaml:5:12 {2}stopAfter says nothing/),
    ]);
  });

  it('columns that are wrong leave the rows to be read', () => {
    const csv = `wave,id,id,name,afterr\none,${A},not-id,a,b\n`;
    expect(planProblems(`${HEAD}vms: vms.csv\n`, { 'vms.csv': csv })).toEqual([
      expect.stringMatching(/^vms\.csv:1:9 {2}the column "id" is there twice/),
      expect.stringMatching(/^vms\.csv:1:17 {2}unknown column "afterr"/),
      expect.stringMatching(/^vms\.csv:2:/),
    ]);
  });

  it('and makes none appear: an rpo that cannot be read is not missing', () => {
    const plan = `${GOOD.replace('migrate', 'protect')}replication: { rpo: soon }\n`;
    expect(planProblems(plan)).toEqual([expect.stringMatching(/^plan\.yaml:7:21 {2}replication\.rpo is "soon"/)]);
  });
});
