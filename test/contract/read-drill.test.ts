/** A drill has its VMs itself, and tells of them in pages. */
import { describe, expect, it } from '@jest/globals';
import type { RowsAsked } from '../../contract/messages.js';
import { type Ask, askDrill } from '../../contract/read-run.js';
import { pageOf } from '../../workflows/run/pages.js';
import { report, vm } from '../support/reports.js';

const VMS = Array.from({ length: 400 }, (_, n) => vm(`vm${n}`, { notes: ['x'.repeat(2_000)] }));
const whole = report(VMS, { kind: 'drill' });

function asking(isEarlier: boolean) {
  const asked: string[] = [];
  const ask = (async (_: string, { name }: { name: string }, ...[args]: unknown[]) => {
    asked.push(name);
    if (name === 'runReport') return isEarlier ? whole : { ...whole, vms: [] };
    return pageOf(VMS, args as RowsAsked);
  }) as unknown as Ask;
  return { ask, asked };
}

describe('a drill', () => {
  it('is read in pages, and all of it', async () => {
    const { ask, asked } = asking(false);
    expect(await askDrill(ask, 'drill-1')).toEqual(whole);
    expect(asked.slice(0, 3)).toEqual(['runReport', 'shardRows', 'shardRows']);
  });

  it('that an earlier Drover began tells all at once', async () => {
    const { ask, asked } = asking(true);
    expect(await askDrill(ask, 'drill-1')).toEqual(whole);
    expect(asked).toEqual(['runReport']);
  });
});
