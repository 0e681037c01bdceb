/** What operators rely on: vcda-api.md §6, and what the fields of a replication mean. */

import { type Draft } from '../case.js';
import type { Context } from '../context.js';
import { must, need } from '../finding.js';
import {
  becomes,
  ended,
  failedOver,
  freshVm,
  operate,
  replicated,
  startBody,
  startSettings,
  succeeded,
} from '../lab.js';
import { answered, at, listAt, mustAnswer, numberAt, ok, textAt } from '../look.js';
import type { Reply } from '../wire.js';
import { tested } from './vm-verbs.js';

const MINUTE = 60_000;
const recovery = { type: 'vcloud', powerOn: true };

const sequence = (it: unknown) => numberAt(it, 'destinationState.latestInstance.sequenceNumber') ?? 0;
const recoveredVm = (it: unknown) => textAt(it, 'destinationState.recoveryInfo.vcdVmId');

/** Refused: by the answer itself, or by its task. */
async function mustBeRefused(context: Context, reply: Reply, what: string): Promise<void> {
  if (reply.status < 400) must(at(await ended(context, reply), 'state') === 'FAILED', `${what} was done`);
}

async function grows(context: Context, id: string, longest: number): Promise<boolean> {
  const before = sequence(await context.replicationNow(id));
  return becomes(context, `/vm-replications/${id}`, (it) => sequence(it) > before, longest);
}

const later: Draft[] = [
  {
    id: 'rpo-syncs',
    title: 'a new instance is made every RPO without a call',
    source: '[doc developer.rackspace.com flex-dr]',
    mode: 'write',
    async check(context) {
      const id = await replicated(context, { rpo: 5 });
      must(await grows(context, id, 20 * MINUTE), 'none within 20 min at an RPO of 5');
    },
  },
  {
    id: 'test-goes-on',
    title: 'a replication goes on while its test copy exists',
    source: '[doc developer.rackspace.com flex-dr]',
    mode: 'write',
    async check(context) {
      const id = await tested(context);
      must(await grows(context, id, 60 * MINUTE), 'no new instance within an hour at an RPO of 15');
    },
  },
  {
    id: 'test-stores',
    title: 'a test stores the instance that it uses',
    source: '[doc UG47 GUID-7CAAA23D]',
    mode: 'write',
    async check(context) {
      const { body } = await context.get(`/vm-replications/${await tested(context)}/instances`);
      must(
        listAt(body, '').some((it) => at(it, 'isPinned') === true),
        'no instance is pinned',
      );
    },
  },
  {
    id: 'migration-instances',
    title: 'migrations have no instances to go back to',
    source: '[doc UG47 GUID-7CAAA23D]',
    mode: 'write',
    async check(context) {
      const id = await replicated(context, { isMigration: true });
      const reply = await context.get(`/vm-replications/${id}/instances`);
      mustAnswer(reply, 200);
      const found = listAt(reply.body, '').length;
      must(found === 0, `${found} are listed`);
    },
  },
  {
    id: 'initial-sync-time',
    title: 'an initialSyncTime in the future delays the first sync until then',
    source: '[seed]',
    mode: 'write',
    async check(context) {
      const vm = await freshVm(context);
      const now = numberAt((await context.post('/diagnostics/health')).body, 'startTime');
      need(now !== undefined, 'a task without startTime does not tell the time');
      const body = await startBody(context, vm.id, { initialSyncTime: now + 120 * MINUTE });
      const id = textAt(await succeeded(context, await context.post('/vm-replications', body)), 'result.id');
      await context.pass(60 * MINUTE);
      must(sequence(await context.replicationNow(id ?? '')) === 0, 'it has an instance before its time');
      const done = await becomes(context, `/vm-replications/${id}`, (it) => sequence(it) > 0, 240 * MINUTE);
      must(done, 'it never syncs');
    },
  },
  {
    id: 'rpo-violation',
    title: 'a paused replication violates its RPO, in minutes',
    source: '[doc UG41 GUID-81EE4DE8, V35; client PowerVCAV]',
    mode: 'write',
    async check(context) {
      const id = await replicated(context);
      await operate(context, 'POST', `/vm-replications/${id}/pause`);
      await context.pass(75 * MINUTE);
      const seen = numberAt(await context.replicationNow(id), 'destinationState.currentRpoViolation') ?? -1;
      // Paused for 75 min at an RPO of 15; the newest instance may be up to one RPO older.
      must(seen >= 59 && seen <= 80, `${seen} after 75 min at an RPO of 15`);
    },
  },
  {
    id: 'not-quiesced',
    title: 'without quiescing, instances are of quiescedType none',
    source: '[doc B41 instances]',
    mode: 'write',
    async check(context) {
      const id = await replicated(context, { quiesced: false });
      const seen = textAt(await context.replicationNow(id), 'destinationState.latestInstance.quiescedType');
      must(seen === 'none', `${seen}`);
    },
  },
];

const recoveries: Draft[] = [
  {
    id: 'failover-source',
    title: 'a failover does not touch the source VM',
    source: '[doc B45 failover, migrate]',
    mode: 'write',
    async check(context) {
      const vmId = textAt(await context.replicationNow(await failedOver(context)), 'vmId');
      const vms = await context.list('/inventory/vms', { site: context.peer ?? '' });
      const power = textAt(
        vms.find((vm) => at(vm, 'id') === vmId),
        'powerState',
      );
      must(power === 'POWERED_ON', `it is ${power ?? 'gone'}`);
    },
  },
  {
    id: 'recovered-is-healthy',
    title: 'a recovered replication stays healthy',
    source: '[doc UG41 GUID-81EE4DE8]',
    mode: 'write',
    async check(context) {
      const id = await failedOver(context);
      await context.pass(60 * MINUTE);
      const seen = textAt(await context.replicationNow(id), 'overallHealth');
      must(seen === 'GREEN', `${seen}`);
    },
  },
  {
    id: 'invisible',
    title: 'a replica is in no inventory until it is recovered',
    source: '[KB 407394]',
    mode: 'write',
    async check(context) {
      const id = await replicated(context);
      const name = textAt(await context.replicationNow(id), 'vmName');
      const there = async () => (await context.list('/inventory/vms')).some((vm) => at(vm, 'name') === name);
      must(!(await there()), 'it is there before a recovery');
      await operate(context, 'POST', `/vm-replications/${id}/failover`, recovery);
      const copy = recoveredVm(await context.replicationNow(id));
      must(
        (await context.list('/inventory/vms')).some((vm) => at(vm, 'id') === copy),
        'it is not there after one',
      );
    },
  },
  {
    id: 'one-test',
    title: 'there is one test copy at most, and no failover beside it',
    source: '[client PsychoBelka]',
    mode: 'write',
    async check(context) {
      const path = `/vm-replications/${await tested(context)}`;
      await mustBeRefused(context, await context.post(`${path}/failover-test`, recovery), 'a second test');
      await mustBeRefused(context, await context.post(`${path}/failover`, recovery), 'a failover');
    },
  },
  {
    id: 'once-complete',
    title: 'COMPLETE refuses test, failover and migrate',
    source: '[client PsychoBelka]',
    mode: 'write',
    async check(context) {
      const path = `/vm-replications/${await failedOver(context)}`;
      for (const verb of ['failover-test', 'failover', 'migrate']) {
        await mustBeRefused(context, await context.post(`${path}/${verb}`, recovery), `a ${verb}`);
      }
    },
  },
  {
    id: 'reversed',
    title: 'reverse swaps source and destination and sets isReversed',
    source: '[seed; doc B42 SingleVmReplicationInfo]',
    mode: 'write',
    async check(context) {
      const id = await failedOver(context);
      const before = await context.replicationNow(id);
      const after = at(await operate(context, 'POST', `/vm-replications/${id}/reverse`), 'result');
      must(at(after, 'source.site') === at(before, 'destination.site'), 'source is not the former destination');
      must(at(after, 'destination.site') === at(before, 'source.site'), 'destination is not the former source');
      must(at(after, 'isReversed') === true, 'isReversed is not true');
    },
  },
];

/** Seeds: a VM at the destination that a failover has left there. */
const seeds: Draft[] = [
  {
    id: 'seed-removed',
    title: 'a seed VM gives its disks and is removed',
    source: '[doc OPI ReplicationDestination_VcloudVmDestination]',
    mode: 'write',
    async check(context) {
      const id = await failedOver(context);
      const it = await context.replicationNow(id);
      const [vmId, seedVmId] = [textAt(it, 'vmId'), recoveredVm(it)];
      await operate(context, 'DELETE', `/vm-replications/${id}`);
      const { destination } = await startSettings(context);
      const body = await startBody(context, vmId ?? '', { destination: { ...destination, seedVmId } });
      const task = await ended(context, await context.post('/vm-replications', body));
      must(at(task, 'state') === 'SUCCEEDED', `the start failed: ${textAt(task, 'error.code')}`);
      must(!(await context.list('/inventory/vms')).some((vm) => at(vm, 'id') === seedVmId), 'it is still there');
    },
  },
  {
    id: 'seed-mismatch',
    title: 'a seed VM of other disks fails the task, in these words',
    source: '[doc UG40 GUID-1CF2A10A]',
    mode: 'write',
    async check(context) {
      const seedVmId = recoveredVm(await context.replicationNow(await failedOver(context)));
      const { destination } = await startSettings(context);
      const vm = await freshVm(context);
      const body = await startBody(context, vm.id, { destination: { ...destination, seedVmId } });
      const task = await ended(context, await context.post('/vm-replications', body));
      need(at(task, 'state') === 'FAILED', 'the disks happen to match');
      const msg = textAt(task, 'error.msg') ?? '';
      must(msg.startsWith("Disks of provided seed VM don't match the disks of the source VM"), msg || 'no message');
    },
  },
];

const owners: Draft[] = [
  {
    id: 'provider-start',
    title: 'what a provider starts is invisible to the tenant until chown',
    source: '[doc B45 chown]',
    mode: 'write',
    async check(context) {
      const { provider } = context.target;
      need(provider?.type === 'vcdCredentials', 'there is no administrator’s login');
      const by = await context.session(provider);
      const { vcdUser: vcdUsername, vcdPassword } = provider;
      const extension = { type: 'credentials', site: context.peer, vcdUsername, vcdPassword };
      need(ok(await by('POST', '/sessions/extend', { body: extension })), 'the administrator cannot extend');
      const vm = await freshVm(context);
      const reply = await by('POST', '/vm-replications', { body: await startBody(context, vm.id) });
      need(ok(reply), `the start is answered ${answered(reply)}`);
      const listed = async () =>
        (await context.list('/vm-replications', { vmId: vm.id })).some((it) => at(it, 'vmId') === vm.id);
      must(!(await listed()), 'the tenant sees it');
      // The tenant does not see the task either, so the administrator waits for it.
      let id: string | undefined;
      for (let n = 0; n < 300 && id === undefined; n++) {
        await context.pass(1000);
        id = textAt((await by('GET', `/tasks/${textAt(reply.body, 'id')}`)).body, 'result.id');
      }
      need(id !== undefined, 'the start did not succeed');
      const owner = textAt(await context.replicationNow(await replicated(context)), 'owner');
      mustAnswer(await by('PATCH', `/vm-replications/${id}/chown`, { body: { owner } }), 200);
      must(await listed(), 'the tenant does not see it after chown');
    },
  },
  {
    id: 'chown-to-caller',
    title: 'chown without an owner is to the caller',
    source: '[doc B45 chown]',
    mode: 'write',
    async check(context) {
      const { provider } = context.target;
      need(provider !== null, 'there is no administrator’s login');
      const id = await replicated(context);
      const by = await context.session(provider);
      const reply = await by('PATCH', `/vm-replications/${id}/chown`, { body: {} });
      mustAnswer(reply, 200);
      must(/^system@/i.test(textAt(reply.body, 'owner') ?? ''), `owner ${textAt(reply.body, 'owner')}`);
    },
  },
];

export const vmRules: Draft[] = [...later, ...recoveries, ...seeds, ...owners];
