/** By what names a unit claims its VM: by what it is known now before all. */
import { describe, expect, it } from '@jest/globals';
import { claimNames } from '../../contract/claim-names.js';

const numbered = (what: string, count: number) => Array.from({ length: count }, (_, n) => `${what}-${n}`);

describe('the names of a claim', () => {
  it('are all but the id of the unit, each once', () => {
    const earlier = { vmIds: ['old', 'vm'], replicationIds: ['C4-0'] };
    const report = { replicationId: 'C4-1', recoveredAs: ['home', 'now'] };
    const names = claimNames({ id: 'vm', replicationId: 'C4-1' }, { report, memory: { vmIdNow: 'now', earlier } });
    expect(names.toSorted()).toEqual(['C4-0', 'C4-1', 'home', 'now', 'old']);
    expect(claimNames({ id: 'vm' })).toEqual([]);
  });

  it('of many are the newest, of the VM as well as of its replications', () => {
    // As they are kept: of earlier runs newest first, of this run newest last.
    const earlier = { vmIds: numbered('vm', 40), replicationIds: numbered('C4', 40) };
    const report = { replicationId: 'C4-now', recoveredAs: numbered('as', 10) };
    const names = claimNames({ id: 'vm' }, { report, memory: { vmIdNow: 'vm-now', earlier } });
    expect(names).toHaveLength(20);
    for (const name of ['vm-now', 'C4-now', 'as-9', 'vm-0', 'C4-0']) expect(names).toContain(name);
    for (const name of ['vm-39', 'C4-39']) expect(names).not.toContain(name);
  });
});
