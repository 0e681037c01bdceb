/** The operations on one VM replication: 202 with a task, and what each is documented to do. */

import type { Method } from '../../vcda/transport.js';
import { type Draft, must, need, shows } from '../case.js';
import type { Context } from '../context.js';
import { ended, failedOver, freshVm, operate, replicated, startBody, startSettings, succeeded } from '../lab.js';
import { answered, at, mustAnswer, mustFit, same, textAt } from '../look.js';
import { acceptedTask, vmReplication } from '../shapes.js';
import type { Reply } from '../wire.js';

interface Verb {
  id: string;
  method: Method;
  /** behind `/vm-replications/{id}` */
  path: string;
  body?: object;
  source: string;
  /** a replication in a state that takes it */
  prepare: (context: Context) => Promise<string>;
  /** what it is documented to do */
  effect?: { title: string; source: string; check: (context: Context, id: string, task: unknown) => Promise<void> };
}

const recovery = { type: 'vcloud', powerOn: true };
const get = async (context: Context, id: string) => (await context.get(`/vm-replications/${id}`)).body;
const stateOf = (it: unknown) => textAt(it, 'destinationState.recoveryInfo.recoveryState');

async function mustBe(context: Context, id: string, path: string, wanted: unknown): Promise<void> {
  const it = await get(context, id);
  must(same(at(it, path), wanted), `${path} ${JSON.stringify(at(it, path))}`);
}

async function paused(context: Context): Promise<string> {
  const id = await replicated(context);
  await operate(context, 'POST', `/vm-replications/${id}/pause`);
  return id;
}

export async function tested(context: Context): Promise<string> {
  const id = await replicated(context);
  await operate(context, 'POST', `/vm-replications/${id}/failover-test`, recovery);
  return id;
}

const VERBS: Verb[] = [
  {
    id: 'sync',
    method: 'POST',
    path: '/sync',
    source: '[doc B45]',
    prepare: replicated,
    effect: {
      title: 'makes a newer instance',
      source: '[doc B45]',
      async check(context, id) {
        const sequence = async () => at(await get(context, id), 'destinationState.latestInstance.sequenceNumber');
        const before = await sequence();
        await operate(context, 'POST', `/vm-replications/${id}/sync`);
        must(Number(await sequence()) > Number(before), 'the sequence number has not grown');
      },
    },
  },
  {
    id: 'pause',
    method: 'POST',
    path: '/pause',
    source: '[client PsychoBelka]',
    prepare: replicated,
    effect: {
      title: 'sets isPaused, and dataConnectionState PAUSED',
      source: '[doc UG41 GUID-81EE4DE8]',
      async check(context, id) {
        await mustBe(context, id, 'isPaused', true);
        await mustBe(context, id, 'dataConnectionState', 'PAUSED');
      },
    },
  },
  {
    id: 'resume',
    method: 'POST',
    path: '/resume',
    source: '[client PsychoBelka]',
    prepare: paused,
    effect: {
      title: 'unsets isPaused',
      source: '[client PsychoBelka]',
      check: (context, id) => mustBe(context, id, 'isPaused', false),
    },
  },
  {
    id: 'reconfigure',
    method: 'PATCH',
    path: '',
    body: { description: 'changed', rpo: 60 },
    source: '[doc B42, B44]',
    prepare: replicated,
    effect: {
      title: 'changes what is given and nothing else',
      source: '[doc B42, B44]',
      async check(context, id) {
        await mustBe(context, id, 'settings.rpo', 60);
        await mustBe(context, id, 'settings.description', 'changed');
        await mustBe(context, id, 'settings.quiesced', true);
        await mustBe(context, id, 'settings.dataConnectionType', 'ENCRYPTED');
      },
    },
  },
  {
    id: 'failover-test',
    method: 'POST',
    path: '/failover-test',
    body: recovery,
    source: '[client PsychoBelka; doc S45]',
    prepare: replicated,
    effect: {
      title: 'ends in recovery state TEST, with the copy’s ids',
      source: '[doc S45, V35]',
      async check(context, id) {
        await mustBe(context, id, 'destinationState.recoveryInfo.recoveryState', 'TEST');
        const it = await get(context, id);
        must(textAt(it, 'destinationState.recoveryInfo.vcdVmId') !== undefined, 'no vcdVmId');
      },
    },
  },
  {
    id: 'failover-test-sync',
    method: 'POST',
    path: '/failover-test',
    body: { ...recovery, sync: true },
    source: '[doc S45]',
    prepare: replicated,
  },
  {
    id: 'cleanup',
    method: 'DELETE',
    path: '/failover-test',
    source: '[doc B45]',
    prepare: tested,
    effect: {
      title: 'goes back to recovery state NOT_STARTED',
      source: '[doc V35]',
      check: (context, id) => mustBe(context, id, 'destinationState.recoveryInfo.recoveryState', 'NOT_STARTED'),
    },
  },
  {
    id: 'failover',
    method: 'POST',
    path: '/failover',
    body: { ...recovery, consolidate: false },
    source: '[doc B45]',
    prepare: replicated,
    effect: {
      title: 'ends COMPLETE and FINISHED, with the recovered vApp',
      source: '[doc S45, V35, UG41]',
      async check(context, id) {
        await mustBe(context, id, 'destinationState.recoveryInfo.recoveryState', 'COMPLETE');
        await mustBe(context, id, 'dataConnectionState', 'FINISHED');
        must(textAt(await get(context, id), 'destination.recoveredVappId') !== undefined, 'no recoveredVappId');
      },
    },
  },
  {
    id: 'migrate',
    method: 'POST',
    path: '/migrate',
    body: { ...recovery, consolidate: false },
    source: '[doc B45]',
    prepare: replicated,
    effect: {
      title: 'ends COMPLETE with the source powered off',
      source: '[doc B45 migrate]',
      async check(context, id) {
        await mustBe(context, id, 'destinationState.recoveryInfo.recoveryState', 'COMPLETE');
        const vmId = textAt(await get(context, id), 'vmId');
        const vms = await context.list('/inventory/vms', { site: context.peer ?? '' });
        const power = textAt(
          vms.find((vm) => at(vm, 'id') === vmId),
          'powerState',
        );
        must(power === undefined || power === 'POWERED_OFF', `the source is ${power}`);
      },
    },
  },
  {
    id: 'reverse',
    method: 'POST',
    path: '/reverse',
    source: '[seed]',
    prepare: failedOver,
    effect: {
      title: 'removes the original source VM',
      source: '[seed]',
      async check(context, _id, task) {
        const after = textAt(task, 'result.vmId');
        must(textAt(task, 'result.source.site') !== context.peer, 'source and destination have not changed places');
        const vms = await context.list('/inventory/vms', { site: context.peer ?? '' });
        need(after !== undefined, 'the result names no VM');
        const name = textAt(task, 'result.vmName');
        must(!vms.some((vm) => at(vm, 'name') === name && at(vm, 'id') !== after), 'it is still in the inventory');
      },
    },
  },
  {
    id: 'delete',
    method: 'DELETE',
    path: '',
    source: '[client PsychoBelka]',
    prepare: replicated,
    effect: {
      title: 'takes the replication away',
      source: '[client PsychoBelka]',
      async check(context, id) {
        const { status } = await context.get(`/vm-replications/${id}`);
        must(status === 404, `afterwards GET is answered ${status}`);
      },
    },
  },
];

const send = (context: Context, { method, path, body }: Verb, id: string): Promise<Reply> =>
  context.call(method, `/vm-replications/${id}${path}`, { body });

const verbCases: Draft[] = VERBS.flatMap((verb) => {
  const name = `${verb.method} …/{id}${verb.path}`;
  const accepted: Draft = {
    id: `${verb.id}-accepted`,
    title: `${name} is answered 202 with the task in the body${verb.body && 'sync' in verb.body ? ' (sync: true)' : ''}`,
    source: verb.source,
    mode: 'write',
    async check(context) {
      const reply = await send(context, verb, await verb.prepare(context));
      mustAnswer(reply, 202);
      mustFit(acceptedTask, reply.body);
    },
  };
  const { effect } = verb;
  if (effect === undefined) return [accepted];
  const does: Draft = {
    id: `${verb.id}-effect`,
    title: `${name} ${effect.title}`,
    source: effect.source,
    mode: 'write',
    async check(context) {
      const id = await verb.prepare(context);
      const task = await succeeded(context, await send(context, verb, id));
      await effect.check(context, id, task);
    },
  };
  return [accepted, does];
});

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

const startCases: Draft[] = [
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

/** What excludes itself, or comes too early, must not be done. */
const refusedCases: Draft[] = [
  {
    id: 'test-sync-with-instance',
    title: 'failover-test with sync: true and an instanceId is a bad request',
    source: '[doc S45 failover test settings]',
    mode: 'write',
    async check(context) {
      const id = await replicated(context);
      const instanceId = textAt(await get(context, id), 'destinationState.latestInstance.key');
      const body = { ...recovery, sync: true, instanceId };
      mustAnswer(await context.post(`/vm-replications/${id}/failover-test`, body), 400, 'BadRequest');
    },
  },
  {
    id: 'failover-instance',
    title: 'failover takes an instanceId',
    source: '[doc B45, OPI]',
    mode: 'write',
    async check(context) {
      const id = await replicated(context);
      const instanceId = textAt(await get(context, id), 'destinationState.latestInstance.key');
      const task = await ended(
        context,
        await context.post(`/vm-replications/${id}/failover`, { ...recovery, instanceId }),
      );
      must(at(task, 'state') === 'SUCCEEDED', `the task failed: ${textAt(task, 'error.code')}`);
    },
  },
  {
    id: 'reverse-needs-recovery',
    title: 'reverse is refused before a failover or migration',
    source: '[seed]',
    mode: 'write',
    async check(context) {
      const id = await replicated(context);
      const reply = await context.post(`/vm-replications/${id}/reverse`);
      if (reply.status >= 400) return;
      const task = await ended(context, reply);
      must(at(task, 'state') === 'FAILED', 'it was done');
      must(stateOf(await get(context, id)) === 'NOT_STARTED', 'the recovery state has changed');
    },
  },
  {
    id: 'one-destination',
    title: 'a VM is replicated once only',
    source: '[doc UG46 GUID-1A28D7BE]',
    mode: 'write',
    async check(context) {
      const it = await get(context, await replicated(context));
      const reply = await context.post('/vm-replications', await startBody(context, textAt(it, 'vmId') ?? ''));
      if (reply.status >= 400) return;
      must(at(await ended(context, reply), 'state') === 'FAILED', 'it was started twice');
    },
  },
  {
    id: 'second-start-code',
    title: 'how a second start of a VM is refused',
    source: '[assumed → vcda-api.md §5]',
    assumes: 'task VmAlreadyReplicated',
    mode: 'write',
    async check(context) {
      const it = await get(context, await replicated(context));
      const reply = await context.post('/vm-replications', await startBody(context, textAt(it, 'vmId') ?? ''));
      if (reply.status >= 400) return shows(answered(reply));
      return shows(`task ${textAt(await ended(context, reply), 'error.code') ?? 'succeeded'}`);
    },
  },
  {
    id: 'storage-profile',
    title: 'POST …/{id}/storage-profile moves the replica: 202 with a task',
    source: '[client PsychoBelka]',
    mode: 'write',
    async check(context) {
      const id = await replicated(context);
      const vdc = textAt(await get(context, id), 'destination.vdcId');
      const profiles = await context.list(`/inventory/vdcs/${vdc}/storage-profiles`);
      const storageProfileId = textAt(profiles.at(-1), 'id');
      need(storageProfileId !== undefined, 'the VDC has no storage profile');
      const reply = await context.post(`/vm-replications/${id}/storage-profile`, { storageProfileId });
      mustAnswer(reply, 202);
      mustFit(acceptedTask, reply.body);
    },
  },
  {
    id: 'chown',
    title: 'PATCH …/{id}/chown hands it over at once, for administrators: 200 with the replication',
    source: '[doc B45 chown]',
    mode: 'write',
    async check(context) {
      const { provider } = context.target;
      need(provider !== null, 'there is no administrator’s login');
      const id = await replicated(context);
      const owner = textAt(await get(context, id), 'owner');
      const reply = await (await context.session(provider))('PATCH', `/vm-replications/${id}/chown`, {
        body: { owner },
      });
      mustAnswer(reply, 200);
      must(at(reply.body, 'id') === id && at(reply.body, 'owner') === owner, 'the body is not the replication');
    },
  },
  {
    id: 'chown-tenant',
    title: 'chown is Forbidden to tenants',
    source: '[doc B45 chown; seed "Permission denied."]',
    mode: 'write',
    async check(context) {
      const id = await replicated(context);
      mustAnswer(await context.call('PATCH', `/vm-replications/${id}/chown`, { body: {} }), 403, 'Forbidden');
    },
  },
  {
    id: 'network-settings-write',
    title: 'network settings are written by POST or PUT',
    source: '[assumed → vcda-api.md §3.1]',
    assumes: 'POST 200, PUT 200',
    mode: 'write',
    async check(context) {
      const path = `/vm-replications/${await replicated(context)}/network-settings`;
      const body = { failoverSettings: { vAppNetworkSettings: {} } };
      const [post, put] = [await context.post(path, body), await context.call('PUT', path, { body })];
      return shows(`POST ${answered(post)}, PUT ${answered(put)}`);
    },
  },
];

export const vmVerbs: Draft[] = [...startCases, ...verbCases, ...refusedCases];
