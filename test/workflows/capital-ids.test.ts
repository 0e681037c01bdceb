/** A site that lists the ids of VMs, vApps and VDCs in capitals: the VMs of the plan are found, moved and rehearsed all the same. */
import { expect } from '@jest/globals';
import { drillOf, entries, expectNothingLeft, openPort, protect, startDrill, tcpCheck } from '../support/drills.js';
import { inShort } from '../support/in-short.js';
import { withLab } from '../support/lab.js';
import { describe, it } from '../support/side-by-side.js';

const CAPITALS = { assumptions: { idsInCapitals: true } } as const;

describe('at a site that lists ids in capitals', () => {
  // Where the ids of the sites decide alone.
  it.concurrent.each(inShort(['supported', 'ignored'] as const, (filter) => filter === 'ignored'))(
    'a migration moves each VM once, however answers are lost; operation ids are %s',
    (operationIdFilter) =>
      withLab({ vms: 2, assumptions: { ...CAPITALS.assumptions, operationIdFilter } }, async (lab) => {
        lab.simulator.control.addFaults(
          ...['start', 'migrate'].map((operation) => ({ operation, kind: 'reset-after' as const, times: 1 })),
        );
        const report = await (await lab.start(lab.plan())).result();
        expect(report.vms.map(({ state, error }) => ({ state, error }))).toEqual(
          report.vms.map(() => ({ state: 'succeeded', error: null })),
        );
        // The state of the source is known by the inventory, in which it is to be found.
        expect(report.vms.map(({ source }) => source?.before)).toEqual(['on', 'on']);
        expect(lab.wrongWith(report)).toEqual([]);
        const again = await (await lab.start(lab.plan())).result();
        expect(again.vms.map(({ state }) => state)).toEqual(['skipped', 'skipped']);
        expect(entries(lab, 'migrate').map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded']);
      }),
  );

  it.concurrent('a drill tests its VMs, and leaves nothing behind', () =>
    withLab({ vms: 2, ...CAPITALS }, async (lab) => {
      const { port, close } = await openPort();
      await protect(lab);
      const drill = await startDrill(lab, drillOf(lab, { checks: [tcpCheck(port)] }));
      const report = await drill.result();
      close();
      expect(report).toMatchObject({ state: 'succeeded', drill: { left: [] } });
      expect(entries(lab, 'failover-test')).toHaveLength(2);
      expectNothingLeft(lab);
    }));
});
