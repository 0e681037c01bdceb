/** What the documents leave open about operations: each shows which alternative the server has. */

import { type Draft } from '../case.js';
import type { Context } from '../context.js';
import { need, shows } from '../finding.js';
import { ended, failedOver, freshVm, operate, replicated, startBody, succeeded } from '../lab.js';
import { answered, at, textAt } from '../look.js';
import type { Reply } from '../wire.js';
import { tested } from './vm-verbs.js';

const recovery = { type: 'vcloud', powerOn: true };

/** `task`: accepted, and its task fails; `immediate`: refused by the answer itself. */
async function refusedBy(context: Context, reply: Reply): Promise<string> {
  if (reply.status >= 400) return 'immediate';
  return at(await ended(context, reply), 'state') === 'FAILED' ? 'task' : 'not refused';
}

async function startOf(context: Context): Promise<{ vmId: string; vmName: string; reply: Reply }> {
  const { id: vmId, name: vmName } = await freshVm(context);
  return { vmId, vmName, reply: await context.post('/vm-replications', await startBody(context, vmId)) };
}

interface Reversed {
  before: string;
  after: { id: string; at: string };
}

/** A replication that was reversed, and where it is found afterwards. */
const reversed = (context: Context): Promise<Reversed> =>
  context.once('reversed', async () => {
    const before = await failedOver(context);
    const copy = textAt(
      (await context.get(`/vm-replications/${before}`)).body,
      'destinationState.recoveryInfo.vcdVmId',
    );
    await operate(context, 'POST', `/vm-replications/${before}/reverse`);
    const local = await context.localName();
    for (const site of [local, context.peer ?? local]) {
      const found = await context.list('/vm-replications', { site });
      const id = textAt(
        found.find((it) => at(it, 'vmId') === copy && at(it, 'isReversed') === true),
        'id',
      );
      if (id !== undefined) return { before, after: { id, at: site } };
    }
    need(false, 'the reversed replication is not found at either site');
  });

export const vmAssumptions: Draft[] = [
  {
    id: 'start-task-resource',
    title: 'workflowInfo.resourceId of a start’s task',
    source: '[assumed → startTaskResource]',
    row: 'startTaskResource',
    assumes: 'null',
    mode: 'write',
    async check(context) {
      const { vmId, reply } = await startOf(context);
      const resource = at(reply.body, 'workflowInfo.resourceId') ?? null;
      const id = at(await succeeded(context, reply), 'result.id');
      return shows(resource === vmId ? 'vmId' : resource === id ? 'replicationId' : JSON.stringify(resource));
    },
  },
  {
    id: 'start-task-names-vm',
    title: 'workflowInfo.resourceName of a start’s task is the VM’s name',
    source: '[assumed → startTaskNamesVm]',
    row: 'startTaskNamesVm',
    assumes: 'true',
    mode: 'write',
    async check(context) {
      const { vmName, reply } = await startOf(context);
      need(reply.status < 300, `a start is answered ${answered(reply)}`);
      return shows(at(reply.body, 'workflowInfo.resourceName') === vmName);
    },
  },
  {
    id: 'description',
    title: 'what is kept of the description of a start',
    source: '[assumed → description]',
    row: 'description',
    assumes: 'kept',
    mode: 'write',
    async check(context) {
      const description = 'a description of more than thirty-two characters, to its end';
      const { id: vmId } = await freshVm(context);
      const body = await startBody(context, vmId, { description });
      const id = textAt(await succeeded(context, await context.post('/vm-replications', body)), 'result.id');
      const kept = textAt((await context.get(`/vm-replications/${id}`)).body, 'settings.description') ?? '';
      if (kept === description) return shows('kept');
      if (kept === '') return shows('dropped');
      return shows(description.startsWith(kept) ? `cut-${kept.length}` : 'changed');
    },
  },
  {
    id: 'visible',
    title: 'when a replication can be listed: at the 202 or at the end of the task',
    source: '[assumed → replicationVisible]',
    row: 'replicationVisible',
    assumes: 'accept',
    mode: 'write',
    async check(context) {
      const { vmId, reply } = await startOf(context);
      const listed = async () =>
        (await context.list('/vm-replications', { vmId })).some((it) => at(it, 'vmId') === vmId);
      const early = await listed();
      await succeeded(context, reply);
      return shows(early ? 'accept' : (await listed()) ? 'taskEnd' : 'never');
    },
  },
  {
    id: 'conflict',
    title: 'how a second operation on a busy replication is refused',
    source: '[assumed → conflict]',
    row: 'conflict',
    assumes: 'task',
    mode: 'write',
    async check(context) {
      const path = `/vm-replications/${await replicated(context)}`;
      const first = await context.post(`${path}/sync`);
      need(first.status < 300, `a sync is answered ${answered(first)}`);
      return shows(await refusedBy(context, await context.post(`${path}/pause`)));
    },
  },
  {
    id: 'wrong-state',
    title: 'how an operation is refused that the recovery state forbids',
    source: '[assumed → wrongState]',
    row: 'wrongState',
    assumes: 'task',
    mode: 'write',
    async check(context) {
      return shows(
        await refusedBy(context, await context.post(`/vm-replications/${await replicated(context)}/reverse`)),
      );
    },
  },
  {
    id: 'unknown-vm',
    title: 'how a start of an unknown VM is refused',
    source: '[assumed → unknownVm]',
    row: 'unknownVm',
    assumes: 'task',
    mode: 'write',
    async check(context) {
      const body = await startBody(context, '00000000-0000-4000-8000-000000000000');
      return shows(await refusedBy(context, await context.post('/vm-replications', body)));
    },
  },
  {
    id: 'reverse-id',
    title: 'a reversed replication gets a new id',
    source: '[assumed → reverseChangesId]',
    row: 'reverseChangesId',
    assumes: 'false',
    mode: 'write',
    async check(context) {
      const { before, after } = await reversed(context);
      return shows(before !== after.id);
    },
  },
  {
    id: 'reverse-home',
    title: 'a reversed replication lives at its new destination',
    source: '[assumed → reverseMovesHome]',
    row: 'reverseMovesHome',
    assumes: 'true',
    mode: 'write',
    async check(context) {
      return shows((await reversed(context)).after.at === context.peer);
    },
  },
  {
    id: 'migrate-during-test',
    title: 'migrate while there is a test copy',
    source: '[assumed → migrateDuringTest]',
    row: 'migrateDuringTest',
    assumes: 'refused',
    mode: 'write',
    async check(context) {
      const reply = await context.post(`/vm-replications/${await tested(context)}/migrate`, recovery);
      return shows((await refusedBy(context, reply)) === 'not refused' ? 'allowed' : 'refused');
    },
  },
  {
    id: 'delete-during-test',
    title: 'delete while there is a test copy',
    source: '[assumed → deleteDuringTest]',
    row: 'deleteDuringTest',
    assumes: 'refused',
    mode: 'write',
    async check(context) {
      const path = `/vm-replications/${await tested(context)}`;
      const copy = textAt((await context.get(path)).body, 'destinationState.recoveryInfo.vcdVmId');
      const reply = await context.call('DELETE', path);
      if ((await refusedBy(context, reply)) !== 'not refused') return shows('refused');
      const stays = (await context.list('/inventory/vms')).some((it) => textAt(it, 'id') === copy);
      return shows(stays ? 'leaves' : 'cleans');
    },
  },
  {
    id: 'extension-needed',
    title: 'which operations need a session extended to the source',
    source: '[assumed → extensionNeeded]',
    row: 'extensionNeeded',
    assumes: 'touching-source',
    mode: 'write',
    async check(context) {
      const id = await replicated(context);
      const alone = await context.session();
      if ((await alone('GET', `/vm-replications/${id}`)).status === 401) return shows('reads');
      const local = await alone('POST', `/vm-replications/${id}/failover-test`, { body: recovery });
      return shows(local.status === 401 ? 'always' : 'touching-source');
    },
  },
  {
    id: 'workflow-types',
    title: 'workflowInfo.type of operations',
    source: '[assumed → vcda-api.md §2.2; doc names sync and failover]',
    assumes: 'start sync pause resume failoverTest failoverTestCleanup failover reverse',
    mode: 'write',
    async check(context) {
      const { vmId, reply } = await startOf(context);
      const id = textAt(at(await succeeded(context, reply), 'result'), 'id');
      need(id !== undefined, 'the start’s result has no id');
      const types = [textAt(reply.body, 'workflowInfo.type')];
      await context.pass(3_600_000);
      for (const [method, path] of [
        ['POST', '/sync'],
        ['POST', '/pause'],
        ['POST', '/resume'],
        ['POST', '/failover-test'],
        ['DELETE', '/failover-test'],
        ['POST', '/failover'],
        ['POST', '/reverse'],
      ] as const) {
        const body = path.startsWith('/failover') && method === 'POST' ? recovery : undefined;
        types.push(textAt(await operate(context, method, `/vm-replications/${id}${path}`, body), 'workflowInfo.type'));
      }
      need(vmId !== '', 'no VM');
      return shows(types.join(' '));
    },
  },
];
