/** What it costs to look at a run: counts, which do not depend on the machine. */
import { describe, expect, it } from '@jest/globals';
import { NoWorker } from '../../client/errors.js';
import { OpenVms } from '../../client/open-vms.js';
import { RunHandle } from '../../client/run-handle.js';
import { vmWorkflowId } from '../../contract/names.js';
import { isFinal, untouched } from '../../contract/report.js';
import type { UnderWay } from '../../contract/under-way.js';
import { aPlan, aVm, aWave } from '../support/plans.js';
import { RunOfShards } from '../workflows/support/run-of-shards.js';
import { CountedTemporal } from './support/counted-temporal.js';

const NOW = Date.parse('2026-12-05T22:00:00.000Z');
const VMS = 10_000;
const OPEN = 500;
/** open VMs of which their site tells nothing */
const BETWEEN = 10;

/** A run of many VMs in 20 shards, of which some are on their way. */
function largeRun() {
  const ids = Array.from({ length: VMS }, (_, n) => `vm-${n}`);
  const plan = aPlan({ waves: [aWave('all', ...ids.map((id) => aVm(id, { id })))] });
  const of = new RunOfShards(plan, {}, NOW);
  const open = ids.filter((_, n) => n % (VMS / OPEN) === 0);
  for (const id of open) of.begun(id, NOW);
  const { run } = of.tree.report;
  const workflows = open.map((id) => vmWorkflowId(plan.source.site, id));
  const underWay = workflows.slice(BETWEEN).map((workflowId, n): UnderWay => {
    const isQueued = n % 2 === 0;
    return { workflowId, step: isQueued ? null : 'initial-sync', waitingFor: isQueued ? 'capacity' : null };
  });
  const temporal = new CountedTemporal({ run, site: plan.destination.site, of, open: workflows, underWay }, NOW);
  return { temporal, handle: new RunHandle(temporal.session, run), open, of };
}

describe('a look at a run of 10,000 VMs of which 500 are open', () => {
  it('asks its shards and its sites once each, and of its VMs those of which nobody else tells', async () => {
    const { temporal, handle, open } = largeRun();
    const report = await handle.overview();
    const { calls } = temporal;
    const count = (what: string) => calls.filter((call) => call.startsWith(`${what} `)).length;
    expect(count('shardRows')).toBe(20);
    expect(count('siteUnderWay')).toBe(2);
    expect(count('vmReport')).toBe(20);
    expect(calls.length).toBeLessThan(70);

    const seen = report.vms.filter(({ id }) => open.includes(id));
    expect(report.vms).toHaveLength(VMS);
    expect(report.vms.filter(({ state }) => isFinal(state))).toEqual([]);
    expect(seen.filter(({ asOf }) => asOf !== undefined)).toEqual([]);
    expect(seen.filter(({ step }) => step === 'verify')).toHaveLength(20);
    expect(seen.filter(({ waitingFor }) => waitingFor === 'capacity').length).toBeGreaterThan(200);
  });

  it('at one of its VMs asks that one alone, and its shard for all of it', async () => {
    const { temporal, handle } = largeRun();
    const { vm } = await handle.vm('vm-9980');
    expect(vm).toMatchObject({ id: 'vm-9980', step: 'verify' });
    expect(temporal.calls.filter((call) => call.startsWith('vmReport'))).toEqual([expect.stringMatching(/\/vm-9980$/)]);
    expect(temporal.calls.length).toBeLessThan(35);
  });

  it('tells of a VM whose shard was terminated alike, among all of them and by itself', async () => {
    const { handle, of } = largeRun();
    of.tree.lost(19);
    const { vms } = await handle.overview();
    const { vm } = await handle.vm('vm-9981');
    expect(vms.find(({ id }) => id === 'vm-9981')).toMatchObject({ state: 'failed', error: { code: 'Terminated' } });
    expect(vm).toMatchObject({ state: 'failed', error: { code: 'Terminated' } });
  });

  it('waits for no answer longer than it is given, also not for what its VMs try again', async () => {
    const { temporal, open } = largeRun();
    const vms = open.map((id) => ({ ...untouched({ id, name: id }, 'all'), state: 'running' as const }));
    const ms = 5_000;
    await new OpenVms(temporal.session, 'r1').look(vms, [], ms);
    const latest = Date.now() + ms;
    const described = temporal.deadlines.filter(({ call }) => call.startsWith('describe vm/'));
    expect(described.length).toBeGreaterThan(0);
    expect(described.filter(({ deadline }) => deadline === null || deadline > latest)).toEqual([]);
  });

  it('without a worker ends at once: nobody waits for an answer that cannot come', async () => {
    const { temporal, handle } = largeRun();
    temporal.isWorking = false;
    await expect(handle.overview()).rejects.toThrow(NoWorker);
  });

  it('at all that is known of its VMs asks each shard for pages, and no more VMs than that', async () => {
    const { temporal, handle } = largeRun();
    const report = await handle.report({ live: true });
    expect(report.vms).toHaveLength(VMS);
    expect(temporal.calls.filter((call) => call.startsWith('vmReport'))).toHaveLength(20);
  });
});
