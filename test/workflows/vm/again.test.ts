/** What is said of a step that is done again as a whole. */
import { describe, expect, it } from '@jest/globals';
import type { VmReport } from '../../../contract/report.js';
import { Again, lookSaying } from '../../../workflows/vm/steps/again.js';
import { vm } from '../../support/reports.js';

const reason = { code: 'NotRecovered', message: 'it says IN_PROGRESS', advice: 'Look at it.' };
const others = { ...reason, code: 'ByOthers', since: '2026-12-05T21:00:00.000Z', tries: null, until: null };

describe('a step that is done again', () => {
  it('is in the report with what, since when and how often, until it is over', () => {
    const one = { report: vm('web1') };
    const again = new Again(one, 60_000);
    again.failed(reason);
    const first = one.report.retrying;
    again.failed({ ...reason, code: 'Other' });
    expect(one.report.retrying).toEqual({ ...first, code: 'Other', tries: 2 });
    expect(Date.parse(first?.until ?? '') - Date.parse(first?.since ?? '')).toBe(60_000);
    again.over();
    expect(one.report.retrying).toBeNull();
  });

  it('that never failed leaves what others have said', () => {
    const one = { report: vm('web1', { retrying: others }) };
    new Again(one).over();
    expect(one.report.retrying).toEqual(others);
  });

  it('that is looked at until it is enough says why it is not, and nothing in the end', async () => {
    const one = { report: vm('web1') };
    const said: VmReport['retrying'][] = [];
    let looks = 0;
    async function look(): Promise<number> {
      said.push(one.report.retrying ?? null);
      looks += 1;
      return looks;
    }
    await lookSaying(
      one,
      look,
      (seen) => seen === 3,
      { first: 0, times: 5 },
      () => reason,
    );
    expect(said).toMatchObject([null, { ...reason, tries: 1 }, { ...reason, tries: 2 }]);
    expect(one.report.retrying).toBeNull();
    await expect(
      lookSaying(
        one,
        () => Promise.reject(new Error('gone')),
        () => true,
        { first: 0, times: 1 },
        () => reason,
      ),
    ).rejects.toThrow('gone');
  });

  it('says until when by what was seen last, where that shortens it', () => {
    const one = { report: vm('web1') };
    new Again(one, 60_000).failed(reason, 30_000);
    const { since, until } = one.report.retrying ?? {};
    expect(Date.parse(until ?? '') - Date.parse(since ?? '')).toBe(30_000);
  });
});
