import { type Draft, inFamily } from '../case.js';
import { must, need, shows } from '../finding.js';
import { someReplication } from '../lab.js';
import { answered, at, listAt, mustAnswer, mustFit, mustFitAll, textAt } from '../look.js';
import { envelope, instance, instanceDetails, networkSettings, traffic, vmReplication } from '../shapes.js';
import { vmAssumptions } from './vm-assumptions.js';
import { vmLimits } from './vm-limits.js';
import { vmRules } from './vm-rules.js';
import { vmStart } from './vm-start.js';
import { vmVerbs } from './vm-verbs.js';

/** A filter that asks for what some replication has. */
const filter = (name: string, member: string, source: string): Draft => ({
  id: `filter-${name}`,
  title: `GET /vm-replications?${name}= filters by ${member}`,
  source,
  mode: 'read',
  async check(context) {
    const { it } = await someReplication(context);
    const wanted = textAt(it, member);
    need(wanted !== undefined, `the replication has no ${member}`);
    const reply = await context.get('/vm-replications', { [name]: wanted });
    mustAnswer(reply, 200);
    const items = listAt(reply.body);
    must(
      items.some((one) => at(one, 'id') === at(it, 'id')),
      'does not list the replication that has it',
    );
    must(
      items.every((one) => at(one, member) === wanted),
      'lists replications with another',
    );
    const none = await context.get('/vm-replications', { [name]: '00000000-0000-4000-8000-000000000000' });
    must(listAt(none.body).length === 0, 'lists replications for a value that none has');
  },
});

/** vcda-api.md §3 */
export const vmReplications = inFamily('vm-replications', [
  {
    id: 'envelope',
    title: 'GET /vm-replications is answered with items, offset, limit, total',
    source: '[doc B45, OPI]',
    mode: 'read',
    async check(context) {
      const reply = await context.get('/vm-replications');
      mustAnswer(reply, 200);
      mustFit(envelope, reply.body);
    },
  },
  {
    id: 'fields',
    title: 'a VM replication has every documented member, and the words of each enumeration',
    source: '[doc B42, B44, B45, OPI, V35, S45]',
    mode: 'read',
    async check(context) {
      const { it } = await someReplication(context);
      mustFitAll(vmReplication, [it, ...listAt((await context.get('/vm-replications')).body)]);
    },
  },
  {
    id: 'get',
    title: 'GET /vm-replications/{id}',
    source: '[doc B45, OPI]',
    mode: 'read',
    async check(context) {
      const { id } = await someReplication(context);
      const reply = await context.get(`/vm-replications/${id}`);
      mustAnswer(reply, 200);
      must(at(reply.body, 'id') === id, 'another replication');
    },
  },
  {
    id: 'filter-ids',
    title: 'GET /vm-replications?ids= lists those',
    source: '[client PsychoBelka]',
    mode: 'read',
    async check(context) {
      const { id } = await someReplication(context);
      const { body } = await context.get('/vm-replications', { ids: id });
      const ids = listAt(body).map((it) => at(it, 'id'));
      must(ids.length === 1 && ids[0] === id, `${ids.length} listed for one id`);
    },
  },
  filter('vmId', 'vmId', '[doc OPI]'),
  filter('sourceSite', 'source.site', '[doc OPI]'),
  filter('sourceOrg', 'source.org', '[doc OPI]'),
  filter('sourceVdcId', 'source.vdcId', '[doc OPI]'),
  filter('sourceVdcName', 'source.vdcName', '[doc OPI]'),
  filter('destinationOrg', 'destination.org', '[doc OPI]'),
  filter('destinationVdcId', 'destination.vdcId', '[doc OPI]'),
  filter('destinationVdcName', 'destination.vdcName', '[client PsychoBelka]'),
  {
    id: 'filter-vmName',
    title: 'GET /vm-replications?vmName= matches a part of the name',
    source: '[doc OPI]',
    mode: 'read',
    async check(context) {
      const { id, it } = await someReplication(context);
      const part = (textAt(it, 'vmName') ?? '').slice(1);
      need(part !== '', 'the replication’s VM has no name to take a part of');
      const items = await context.list('/vm-replications', { vmName: part });
      must(
        items.some((one) => at(one, 'id') === id),
        'does not list the VM for a part of its name',
      );
      must(
        items.every((one) => textAt(one, 'vmName')?.includes(part)),
        'lists VMs of other names',
      );
    },
  },
  {
    id: 'filter-site-type',
    title: 'GET /vm-replications?sourceSiteType= takes vcloud and vcenter',
    source: '[doc OPI; client PsychoBelka]',
    mode: 'read',
    async check(context) {
      for (const sourceSiteType of ['vcloud', 'vcenter']) {
        const reply = await context.get('/vm-replications', { sourceSiteType });
        mustAnswer(reply, 200);
        mustFit(envelope, reply.body);
      }
    },
  },
  {
    id: 'filter-storageProfile',
    title: 'name of the parameter that filters by storage profile',
    source: '[assumed → vcda-api.md §3.2]',
    assumes: 'storageProfile',
    mode: 'read',
    async check(context) {
      await someReplication(context);
      for (const name of ['storageProfile', 'storageProfileId']) {
        const { body } = await context.get('/vm-replications', { [name]: '00000000-0000-4000-8000-000000000000' });
        if (listAt(body).length === 0) return shows(name);
      }
      return shows('another');
    },
  },
  {
    id: 'unknown-id',
    title: 'an unknown replication',
    source: '[assumed → vcda-api.md §5]',
    assumes: '404 ReplicationNotFound',
    mode: 'read',
    async check(context) {
      return shows(answered(await context.get('/vm-replications/C4-00000000-0000-4000-8000-000000000000')));
    },
  },
  {
    id: 'instances',
    title: 'GET …/{id}/instances is a bare array of instances',
    source: '[doc B41, B45 instances]',
    mode: 'read',
    async check(context) {
      const { id } = await someReplication(context);
      const reply = await context.get(`/vm-replications/${id}/instances`);
      mustAnswer(reply, 200);
      must(Array.isArray(reply.body), 'no bare array');
      mustFitAll(instance, listAt(reply.body, ''));
    },
  },
  {
    id: 'instance',
    title: 'GET …/{id}/instances/{instanceId} adds disksInfo',
    source: '[doc B45, OPI]',
    mode: 'read',
    async check(context) {
      const { id } = await someReplication(context);
      const key = textAt(listAt((await context.get(`/vm-replications/${id}/instances`)).body, '')[0], 'key');
      need(key !== undefined, 'the replication has no instance');
      const reply = await context.get(`/vm-replications/${id}/instances/${encodeURIComponent(key)}`);
      mustAnswer(reply, 200);
      mustFit(instanceDetails, reply.body);
    },
  },
  {
    id: 'network-settings',
    title: 'GET …/{id}/network-settings holds vAppNetworkSettings and vmNetworkSettings of failovers and of tests',
    source: '[doc B45]',
    mode: 'read',
    async check(context) {
      const reply = await context.get(`/vm-replications/${(await someReplication(context)).id}/network-settings`);
      mustAnswer(reply, 200);
      mustFit(networkSettings, reply.body);
    },
  },
  {
    id: 'rt-traffic',
    title: 'GET …/{id}/rt-traffic is one sample with a timestamp',
    source: '[client PsychoBelka]',
    mode: 'read',
    async check(context) {
      const reply = await context.get(`/vm-replications/${(await someReplication(context)).id}/rt-traffic`);
      mustAnswer(reply, 200);
      must(typeof at(reply.body, 'timestamp') === 'number', 'no timestamp');
    },
  },
  {
    id: 'traffic',
    title: 'GET …/{id}/traffic holds label, resolution, start, end, samples',
    source: '[client PsychoBelka]',
    mode: 'read',
    async check(context) {
      const { id, it } = await someReplication(context);
      const end = Number(at(it, 'lastUpdated'));
      need(end > 0, 'the replication has no lastUpdated');
      const query = { start: end - 3_600_000, end, resolution: 300 };
      const reply = await context.get(`/vm-replications/${id}/traffic`, query);
      mustAnswer(reply, 200);
      mustFit(traffic, reply.body);
    },
  },
  {
    id: 'owner-traffic',
    title: 'GET /owner/{org}%40{site}/traffic is the report of an organisation',
    source: '[client PsychoBelka]',
    mode: 'read',
    async check(context) {
      const { it } = await someReplication(context);
      const [owner, end] = [textAt(it, 'owner'), Number(at(it, 'lastUpdated'))];
      need(owner !== undefined && end > 0, 'the replication has no owner or lastUpdated');
      const query = { start: end - 3_600_000, end, resolution: 300 };
      const reply = await context.get(`/owner/${encodeURIComponent(owner)}/traffic`, query);
      mustAnswer(reply, 200);
      mustFit(traffic, reply.body);
    },
  },
  ...vmStart,
  ...vmVerbs,
  ...vmLimits,
  ...vmRules,
  ...vmAssumptions,
]);
