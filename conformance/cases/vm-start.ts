/** The start: every field of the seed's body. */

import { type Draft } from '../case.js';
import type { Context } from '../context.js';
import { must, need } from '../finding.js';
import { freshVm, startBody, startSettings, succeeded } from '../lab.js';
import { at, mustAnswer, mustFit, same, textAt } from '../look.js';
import { acceptedTask, vmReplication } from '../shapes.js';

/** A start, and what its task's result says of the replication. */
async function start(context: Context, overrides: object): Promise<unknown> {
  const body = await startBody(context, (await freshVm(context)).id, overrides);
  return at(await succeeded(context, await context.post('/vm-replications', body)), 'result');
}

const FIELDS: [name: string, given: unknown, shownAt: string, shown: unknown][] = [
  ['description', 'payroll', 'settings.description', 'payroll'],
  ['rpo', 30, 'settings.rpo', 30],
  ['dataConnectionType', 'PLAIN', 'settings.dataConnectionType', 'PLAIN'],
  ['quiesced', false, 'settings.quiesced', false],
  [
    'retentionPolicy',
    { rules: [{ numberOfInstances: 4, distance: 30 }] },
    'settings.retentionPolicy.rules.0.numberOfInstances',
    4,
  ],
  ['targetDiskType', 'PREALLOCATED', 'settings.targetDiskType', 'PREALLOCATED'],
  ['initialSyncTime', -1, 'settings.initialSyncTime', -1],
  ['isMigration', true, 'isMigration', true],
];

export const vmStart: Draft[] = [
  {
    id: 'start-accepted',
    title: 'POST /vm-replications takes the body of the seed: 202 with the task in the body',
    source: '[seed]',
    mode: 'write',
    async check(context) {
      const reply = await context.post('/vm-replications', await startBody(context, (await freshVm(context)).id));
      mustAnswer(reply, 202);
      mustFit(acceptedTask, reply.body);
    },
  },
  {
    id: 'start-result',
    title: 'the result of a start is a SingleVmReplicationInfo',
    source: '[seed; doc B45]',
    mode: 'write',
    async check(context) {
      const result = await start(context, {});
      must(result != null, 'no result');
      mustFit(vmReplication, result);
    },
  },
  ...FIELDS.map(
    ([name, given, shownAt, shown]): Draft => ({
      id: `start-${name}`,
      title: `a start’s ${name} is kept`,
      source: '[seed; doc V35]',
      mode: 'write',
      async check(context) {
        const result = await start(context, { [name]: given });
        must(same(at(result, shownAt), shown), `${shownAt} ${JSON.stringify(at(result, shownAt))}`);
      },
    }),
  ),
  {
    id: 'start-excludedDiskKeys',
    title: 'a start’s source.excludedDiskKeys is kept',
    source: '[seed; doc V35]',
    mode: 'write',
    async check(context) {
      const vm = await freshVm(context);
      const source = { type: 'vm', site: context.peer, vmId: vm.id, excludedDiskKeys: [2001] };
      const reply = await context.post('/vm-replications', { source, ...(await startSettings(context)) });
      const result = at(await succeeded(context, reply), 'result');
      must(same(at(result, 'settings.excludedDiskKeys'), [2001]), 'settings.excludedDiskKeys differs');
    },
  },
  {
    id: 'start-slaProfileId',
    title: 'a start’s slaProfileId replaces rpo, dataConnectionType and retentionPolicy',
    source: '[seed]',
    mode: 'write',
    async check(context) {
      const profile = (await context.list('/sla-profiles'))[0];
      need(profile !== undefined, 'there is no SLA profile');
      const result = await start(context, { slaProfileId: at(profile, 'id'), rpo: 1111 });
      for (const name of ['rpo', 'dataConnectionType']) {
        must(same(at(result, `settings.${name}`), at(profile, name)), `${name} is not the profile’s`);
      }
      must(at(result, 'slaProfile.id') === at(profile, 'id'), 'slaProfile is not shown');
    },
  },
  {
    id: 'start-storageProfile',
    title: 'a start’s destination.storageProfile is kept; * takes any',
    source: '[seed]',
    mode: 'write',
    async check(context) {
      const { destination } = await startSettings(context);
      const profiles = await context.list(`/inventory/vdcs/${destination.vdc}/storage-profiles`);
      const storageProfile = textAt(profiles.at(-1), 'id');
      need(storageProfile !== undefined, 'the VDC has no storage profile');
      const result = await start(context, { destination: { ...destination, storageProfile } });
      must(at(result, 'storageProfile') === storageProfile, 'storageProfile is another');
    },
  },
  {
    id: 'migration-rpo',
    title: 'the RPO of a migration is 24 hours',
    source: '[doc UG46 GUID-221A6901]',
    mode: 'write',
    async check(context) {
      const rpo = at(await start(context, { isMigration: true, rpo: 5 }), 'settings.rpo');
      must(rpo === 1440, `rpo ${String(rpo)}`);
    },
  },
];
