/** The operations on one VM replication: 202 with a task, and what each is documented to do. */

import type { Method } from '../../vcda/http/transport.js';
import { type Draft } from '../case.js';
import type { Context } from '../context.js';
import { must, need } from '../finding.js';
import { failedOver, operate, replicated, succeeded } from '../lab.js';
import { at, mustAnswer, mustFit, same, textAt } from '../look.js';
import { acceptedTask } from '../shapes.js';
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
async function mustBe(context: Context, id: string, path: string, wanted: unknown): Promise<void> {
  const it = await context.replicationNow(id);
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
        const sequence = async () =>
          at(await context.replicationNow(id), 'destinationState.latestInstance.sequenceNumber');
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
        const it = await context.replicationNow(id);
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
        must(
          textAt(await context.replicationNow(id), 'destination.recoveredVappId') !== undefined,
          'no recoveredVappId',
        );
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
        const vmId = textAt(await context.replicationNow(id), 'vmId');
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

export const vmVerbs: Draft[] = VERBS.flatMap((verb) => {
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
