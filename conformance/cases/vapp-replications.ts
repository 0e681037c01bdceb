import type { Method } from '../../vcda/http/transport.js';
import { type Draft, inFamily } from '../case.js';
import type { Context } from '../context.js';
import { must, need } from '../finding.js';
import { becomes, freshVapp, startSettings, succeeded } from '../lab.js';
import { answered, at, listAt, mustAnswer, mustFit, mustFitAll, textAt } from '../look.js';
import { acceptedTask, envelope, vappNetworkSettings, vappReplication } from '../shapes.js';

const recovery = { type: 'vcloud', powerOn: true };

async function body(context: Context, overrides: object = {}) {
  const { id: vappId } = await freshVapp(context);
  return { source: { type: 'vapp', site: context.peer, vappId }, ...(await startSettings(context)), ...overrides };
}

/** A vApp replication whose VMs have all synced. */
async function replicated(context: Context): Promise<string> {
  const task = await succeeded(context, await context.post('/vapp-replications', await body(context)));
  const id = textAt(task, 'result.id');
  need(id !== undefined, 'the start’s result has no id');
  const done = await becomes(context, `/vapp-replications/${id}`, (it) =>
    listAt(it, 'vmReplications').every((vm) => at(vm, 'dataConnectionState') === 'OK'),
  );
  need(done, 'the initial sync never ended');
  return id;
}

/** One for all cases that only look at it. */
const someVapp = (context: Context): Promise<string> =>
  context.once('some-vapp', async () => {
    if (context.target.mode === 'full') return replicated(context);
    const id = textAt((await context.list('/vapp-replications'))[0], 'id');
    need(id !== undefined, 'the site lists no vApp replication');
    return id;
  });

const steps: [method: Method, path: string, body: object | undefined, source: string][] = [
  ['POST', '/sync', undefined, '[doc B45]'],
  ['POST', '/pause', undefined, '[client PsychoBelka]'],
  ['POST', '/resume', undefined, '[client PsychoBelka]'],
  ['PATCH', '', { description: 'changed' }, '[doc B44]'],
  ['POST', '/failover-test', recovery, '[client PsychoBelka; doc B45]'],
  ['DELETE', '/failover-test', undefined, '[doc B45]'],
  ['POST', '/failover', recovery, '[doc B45]'],
  ['POST', '/reverse', undefined, '[client PsychoBelka]'],
];

/** Verbs are checked in an order in which each finds the state that it needs, on one vApp. */
const verbs: Draft[] = [
  {
    id: 'verbs',
    title: `${steps.map(([method, path]) => `${method} ${path}`.trim()).join(', ')}: each 202 with a task`,
    source: '[doc B45, B44; client PsychoBelka]',
    mode: 'write',
    async check(context) {
      const id = await replicated(context);
      for (const [method, path, sent, source] of steps) {
        const reply = await context.call(method, `/vapp-replications/${id}${path}`, { body: sent });
        must(reply.status === 202, `${method} ${path} is answered ${answered(reply)} ${source}`);
        mustFit(acceptedTask, reply.body);
        await succeeded(context, reply);
      }
    },
  },
  {
    id: 'migrate',
    title: 'POST …/{id}/migrate: 202, then every VM is COMPLETE',
    source: '[doc B45]',
    mode: 'write',
    async check(context) {
      const id = await replicated(context);
      const reply = await context.post(`/vapp-replications/${id}/migrate`, recovery);
      mustAnswer(reply, 202);
      await succeeded(context, reply);
      const vms = listAt((await context.get(`/vapp-replications/${id}`)).body, 'vmReplications');
      const states = new Set(vms.map((it) => textAt(it, 'destinationState.recoveryInfo.recoveryState')));
      must(states.size === 1 && states.has('COMPLETE'), `recovery states ${[...states].join(', ')}`);
    },
  },
  {
    id: 'delete',
    title: 'DELETE …/{id}: 202 with a task without result',
    source: '[doc B45]',
    mode: 'write',
    async check(context) {
      const id = await replicated(context);
      const reply = await context.call('DELETE', `/vapp-replications/${id}`);
      mustAnswer(reply, 202);
      const task = await succeeded(context, reply);
      must(at(task, 'result') == null, 'the task has a result');
      must((await context.get(`/vapp-replications/${id}`)).status === 404, 'it is still there');
    },
  },
];

/** vcda-api.md §3.1, "vApp twins" */
export const vappReplications = inFamily('vapp-replications', [
  {
    id: 'envelope',
    title: 'GET /vapp-replications is answered with items, offset, limit, total',
    source: '[doc B45]',
    mode: 'read',
    async check(context) {
      const reply = await context.get('/vapp-replications');
      mustAnswer(reply, 200);
      mustFit(envelope, reply.body);
    },
  },
  {
    id: 'fields',
    title: 'a vApp replication has every documented member',
    source: '[doc V30, B45]',
    mode: 'read',
    async check(context) {
      await someVapp(context);
      mustFitAll(vappReplication, listAt((await context.get('/vapp-replications')).body));
    },
  },
  {
    id: 'get',
    title: 'GET /vapp-replications/{id}',
    source: '[doc B45]',
    mode: 'read',
    async check(context) {
      const id = await someVapp(context);
      const reply = await context.get(`/vapp-replications/${id}`);
      mustAnswer(reply, 200);
      must(at(reply.body, 'id') === id, 'another one');
    },
  },
  {
    id: 'summary',
    title: 'GET /vapp-replications/summary',
    source: '[doc B45; client PsychoBelka]',
    mode: 'read',
    async check(context) {
      const reply = await context.get('/vapp-replications/summary');
      mustAnswer(reply, 200);
      // Counters, whose names were not visible.
      must(/:\d+[,}]/.test(JSON.stringify(reply.body) ?? ''), 'there is no counter in it');
    },
  },
  {
    id: 'network-settings',
    title: 'GET …/{id}/network-settings holds vAppNetworkSettings of failovers and of tests',
    source: '[doc B45]',
    mode: 'read',
    async check(context) {
      const reply = await context.get(`/vapp-replications/${await someVapp(context)}/network-settings`);
      mustAnswer(reply, 200);
      mustFit(vappNetworkSettings, reply.body);
    },
  },
  {
    id: 'filter-vappName',
    title: 'GET /vapp-replications?vappName= matches a part of the name',
    source: '[doc B45 vapp-replications/get]',
    mode: 'read',
    async check(context) {
      const id = await someVapp(context);
      const it = (await context.get(`/vapp-replications/${id}`)).body;
      const part = (textAt(it, 'descriptor.name') ?? '').slice(1);
      need(part !== '', 'the vApp has no name to take a part of');
      const items = await context.list('/vapp-replications', { vappName: part });
      must(
        items.some((one) => at(one, 'id') === id),
        'does not list the vApp for a part of its name',
      );
    },
  },
  {
    id: 'start',
    title: 'POST /vapp-replications: 202 with a task, one VM replication for each VM',
    source: '[doc B45 vapp-replications/post]',
    mode: 'write',
    async check(context) {
      const wanted = await body(context);
      const vms = await context.list('/inventory/vms', { site: context.peer ?? '' });
      const reply = await context.post('/vapp-replications', wanted);
      mustAnswer(reply, 202);
      mustFit(acceptedTask, reply.body);
      const result = at(await succeeded(context, reply), 'result');
      mustFit(vappReplication, result);
      const members = vms.filter((vm) => at(vm, 'vappId') === wanted.source.vappId).length;
      const started = listAt(result, 'vmReplications').length;
      must(members === 0 || started === members, `${started} VM replications for ${members} VMs`);
    },
  },
  ...verbs,
  {
    id: 'chown',
    title: 'PATCH …/{id}/chown hands over the vApp and its VMs, for administrators: 200',
    source: '[doc B45 vapp-replications chown]',
    mode: 'write',
    async check(context) {
      const { provider } = context.target;
      need(provider !== null, 'there is no administrator’s login');
      const id = await replicated(context);
      const by = await context.session(provider);
      const reply = await by('PATCH', `/vapp-replications/${id}/chown`, { body: {} });
      mustAnswer(reply, 200);
      const owner = at(reply.body, 'owner');
      const others = listAt(reply.body, 'vmReplications').filter((it) => at(it, 'owner') !== owner);
      must(others.length === 0, 'its VM replications belong to another');
    },
  },
]);
