/** A site whose times are none moves VMs like any other; judged by the ledger, and by what the report prints. */
import { expect } from '@jest/globals';
import { inShort } from '../../support/in-short.js';
import { withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';

describe('a site that counts its time', () => {
  it.concurrent.each(inShort(['ns', 's', 'far-future'] as const, (unit) => unit === 'far-future'))(
    'in %s breaks no workflow, and no year is made of it',
    (unit) =>
      withLab({ vms: 2 }, async (lab) => {
        for (const site of [lab.source, lab.destination]) lab.simulator.control.setClock(site, { unit });
        const { result } = await lab.start(lab.plan());
        const report = await result();
        expect(report.vms.map(({ error }) => error)).toEqual([null, null]);
        expect(report.state).toBe('succeeded');
        expect(lab.wrongWith(report)).toEqual([]);
        const years = JSON.stringify(report).match(/\b\d{4,}(?=-\d\d-\d\dT)/g) ?? [];
        expect(new Set(years)).toEqual(new Set([String(new Date().getUTCFullYear())]));
      }),
  );
});
