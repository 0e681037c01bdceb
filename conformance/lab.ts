/**
 * Operations for cases that are about something else: what fails here leaves the case unchecked, not the server at
 * fault.
 */

import type { Method } from '../vcda/http/transport.js';
import type { Context } from './context.js';
import { need } from './finding.js';
import { answered, at, listAt, ok, textAt } from './look.js';
import type { Reply } from './wire.js';

const SECOND = 1000;
/** simulated time after which a task is given up */
const LONGEST_TASK = 6 * 3600 * SECOND;

export interface Vm {
  id: string;
  name: string;
}

/** A VM of the source site that no case has used before. */
export async function freshVm(context: Context): Promise<Vm> {
  const [all, taken] = await stock(context, 'vms');
  const vm = all[taken.count++];
  const [id, name] = [textAt(vm, 'id'), textAt(vm, 'name')];
  need(id !== undefined && name !== undefined, 'the source site lists no further VM');
  return { id, name };
}

/** A vApp of the source site that no case has used before, from the end that VMs are not taken from. */
export async function freshVapp(context: Context): Promise<Vm> {
  const [all, taken] = await stock(context, 'vapps');
  const vapp = all[all.length - ++taken.count];
  const [id, name] = [textAt(vapp, 'id'), textAt(vapp, 'name')];
  need(id !== undefined && name !== undefined, 'the source site lists no further vApp');
  return { id, name };
}

function stock(context: Context, kind: 'vms' | 'vapps'): Promise<[unknown[], { count: number }]> {
  return context.once(`stock-${kind}`, async () => {
    const { peer } = context;
    need(peer !== undefined, context.notExtended ?? 'there is no second site');
    return [await context.list(`/inventory/${kind}`, { site: peer }), { count: 0 }];
  });
}

/** The body of the seed, every field of it [seed start-vm-replication]. */
export async function startBody(context: Context, vmId: string, overrides: object = {}) {
  return {
    source: { type: 'vm', site: context.peer, vmId, excludedDiskKeys: null },
    ...(await startSettings(context)),
    ...overrides,
  };
}

export async function startSettings(context: Context) {
  const site = await context.localName();
  const vdcs = await context.once('vdcs', () => context.list('/inventory/vdcs'));
  const vdc = textAt(vdcs[0], 'id');
  need(vdc !== undefined, 'the destination site lists no VDC');
  return {
    destination: { type: 'vcloud', site, vdc, storageProfile: '*' },
    description: 'A Protected Workload',
    rpo: 15,
    slaProfileId: null,
    dataConnectionType: 'ENCRYPTED',
    quiesced: true,
    retentionPolicy: { rules: [{ numberOfInstances: 3, distance: 60 }] },
    targetDiskType: 'THIN',
    initialSyncTime: 0,
    isMigration: false,
  };
}

/** The task of an accepted operation, once it has ended, however it did. */
export async function ended(context: Context, reply: Reply): Promise<unknown> {
  need(ok(reply), `the operation is answered ${answered(reply)}`);
  const id = textAt(reply.body, 'id');
  need(id !== undefined, 'the answer to the operation holds no task');
  for (
    let waited = 0, pause = SECOND;
    waited < LONGEST_TASK;
    waited += pause, pause = Math.min(pause * 1.5, 4 * SECOND)
  ) {
    const { status, body } = await context.get(`/tasks/${id}`);
    // A task may be visible late only; and be forgotten within seconds, which is why nobody waits longer than four.
    need(status === 200 || (status === 404 && waited < 120 * SECOND), `the task is answered ${status}`);
    if (status === 200 && isOver(body)) return body;
    await context.pass(Math.round(pause));
  }
  need(false, 'the task never ended');
}

/** By its state where there is one to go by; words that nobody knows mean: not yet. */
export function isOver(task: unknown): boolean {
  const state = textAt(task, 'state');
  return state === 'SUCCEEDED' || state === 'FAILED';
}

export async function succeeded(context: Context, reply: Reply): Promise<unknown> {
  const task = await ended(context, reply);
  need(at(task, 'state') === 'SUCCEEDED', `the operation failed: ${textAt(task, 'error.code')}`);
  return task;
}

export async function operate(context: Context, method: Method, path: string, body?: unknown): Promise<unknown> {
  return succeeded(context, await context.call(method, path, { body }));
}

/** Asks again until the replication is as wanted; false when it never is. */
export async function becomes(
  context: Context,
  path: string,
  holds: (it: unknown) => boolean,
  longest = LONGEST_TASK,
): Promise<boolean> {
  for (let waited = 0; waited < longest; waited += 30 * SECOND) {
    const { body } = await context.get(path);
    if (holds(body)) return true;
    await context.pass(30 * SECOND);
  }
  return false;
}

/** Starts a replication and waits until it can be recovered. */
export async function replicated(context: Context, overrides: object = {}): Promise<string> {
  const vm = await freshVm(context);
  const reply = await context.post('/vm-replications', await startBody(context, vm.id, overrides));
  await succeeded(context, reply);
  const found = await context.list('/vm-replications', { vmId: vm.id });
  const id = textAt(
    found.find((it) => at(it, 'vmId') === vm.id),
    'id',
  );
  need(id !== undefined, 'a started replication is not listed');
  await synced(context, `/vm-replications/${id}`);
  return id;
}

export async function synced(context: Context, path: string): Promise<void> {
  const done = await becomes(context, path, (it) => at(it, 'dataConnectionState') === 'OK');
  need(done, 'the initial sync never ended');
}

export async function failedOver(context: Context): Promise<string> {
  const id = await replicated(context);
  await operate(context, 'POST', `/vm-replications/${id}/failover`, { type: 'vcloud', powerOn: true });
  return id;
}

/** One that has synced, for cases that only look at it; in a read-only run the first that the site lists. */
export async function someReplication(context: Context): Promise<{ id: string; it: unknown }> {
  const id = await context.once('some-replication', async () => {
    if (context.target.mode === 'full') return replicated(context);
    const first = textAt((await context.list('/vm-replications'))[0], 'id');
    need(first !== undefined, 'the site lists no VM replication');
    return first;
  });
  const { status, body } = await context.get(`/vm-replications/${id}`);
  need(status === 200, `GET /vm-replications/{id} is answered ${status}`);
  return { id, it: body };
}

/** A task that has ended well, for cases that only look; in a read-only run one that the site lists. */
export async function someTask(context: Context): Promise<unknown> {
  if (context.target.mode === 'full') await someReplication(context);
  const tasks = listAt((await context.get('/tasks', { offset: 0, limit: 100 })).body);
  const task = tasks.find((it) => at(it, 'state') === 'SUCCEEDED') ?? tasks[0];
  need(task !== undefined, 'the site lists no task');
  return task;
}

/** A task that runs: a sync's, of a replication that nothing else has to do with. */
export async function running(context: Context): Promise<unknown> {
  const reply = await context.post(`/vm-replications/${await replicated(context)}/sync`);
  need(reply.status < 300, `a sync is answered ${answered(reply)}`);
  need(textAt(reply.body, 'id') !== undefined, 'a sync is answered without a task');
  return reply.body;
}
