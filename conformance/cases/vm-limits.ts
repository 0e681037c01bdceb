/** What excludes itself, comes too early, or is for administrators. */

import { type Draft } from '../case.js';
import type { Context } from '../context.js';
import { must, need, shows } from '../finding.js';
import { ended, replicated, startBody } from '../lab.js';
import { answered, at, mustAnswer, mustFit, textAt } from '../look.js';
import { acceptedTask } from '../shapes.js';

const recovery = { type: 'vcloud', powerOn: true };
const stateOf = (it: unknown) => textAt(it, 'destinationState.recoveryInfo.recoveryState');

/** The start of a VM that replicates already. */
async function sendAgain(context: Context) {
  const it = await context.replicationNow(await replicated(context));
  return context.post('/vm-replications', await startBody(context, textAt(it, 'vmId') ?? ''));
}

async function startedAgain(context: Context): Promise<'refused' | 'allowed'> {
  const reply = await sendAgain(context);
  if (reply.status >= 400) return 'refused';
  return at(await ended(context, reply), 'state') === 'FAILED' ? 'refused' : 'allowed';
}

export const vmLimits: Draft[] = [
  {
    id: 'test-sync-with-instance',
    title: 'failover-test with sync: true and an instanceId is a bad request',
    source: '[doc S45 failover test settings]',
    mode: 'write',
    async check(context) {
      const id = await replicated(context);
      const instanceId = textAt(await context.replicationNow(id), 'destinationState.latestInstance.key');
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
      const instanceId = textAt(await context.replicationNow(id), 'destinationState.latestInstance.key');
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
      must(stateOf(await context.replicationNow(id)) === 'NOT_STARTED', 'the recovery state has changed');
    },
  },
  {
    id: 'one-destination',
    title: 'a VM is replicated once only',
    source: '[doc UG46 GUID-1A28D7BE]',
    mode: 'write',
    async check(context) {
      must((await startedAgain(context)) === 'refused', 'it was started twice');
    },
  },
  {
    id: 'second-start',
    title: 'a VM that replicates already can be given a second replication',
    source: '[assumed → secondReplication]',
    row: 'secondReplication',
    assumes: 'refused',
    mode: 'write',
    async check(context) {
      return shows(await startedAgain(context));
    },
  },
  {
    id: 'second-start-code',
    title: 'how a second start of a VM is refused',
    source: '[assumed → vcda-api.md §5]',
    assumes: 'task VmAlreadyReplicated',
    mode: 'write',
    async check(context) {
      const reply = await sendAgain(context);
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
      const vdc = textAt(await context.replicationNow(id), 'destination.vdcId');
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
      const owner = textAt(await context.replicationNow(id), 'owner');
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
