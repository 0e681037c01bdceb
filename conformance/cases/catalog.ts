import type { ZodType } from 'zod';
import { type Draft, inFamily } from '../case.js';
import { must, need, shows } from '../finding.js';
import { at, listAt, mustAnswer, mustFit, mustFitAll, textAt } from '../look.js';
import { envelope, named, policy, site, slaProfile } from '../shapes.js';

/** A bare array, of a shape. */
const array = (id: string, path: string, shape: ZodType, source: string): Draft => ({
  id,
  title: `GET ${path} is a bare array`,
  source,
  mode: 'read',
  async check(context) {
    const reply = await context.get(path);
    mustAnswer(reply, 200);
    must(Array.isArray(reply.body), 'no bare array');
    mustFitAll(shape, listAt(reply.body, ''));
  },
});

/** A member that the inventory may or may not show of a VM. */
const shownOfVm = (member: string, row: NonNullable<Draft['row']>, assumes: string): Draft => ({
  id: `vm-${member}`,
  title: `the inventory shows ${member} of a VM`,
  source: `[assumed → ${row}]`,
  row,
  assumes,
  mode: 'read',
  async check(context) {
    const query = context.peer === undefined ? {} : { site: context.peer };
    const vm = (await context.list('/inventory/vms', query))[0];
    need(typeof vm === 'object' && vm !== null, 'the site lists no VM');
    return shows(at(vm, member) !== undefined);
  },
});

const paged = (id: string, path: string): Draft => ({
  id,
  title: `GET ${path} is paged; items have id and name`,
  source: '[client PsychoBelka]',
  mode: 'read',
  async check(context) {
    const reply = await context.get(path, { offset: 0, limit: 100 });
    mustAnswer(reply, 200);
    mustFit(envelope, reply.body);
    mustFitAll(named, listAt(reply.body));
  },
});

/** What hangs off the first VDC. */
const ofVdc = (id: string, path: string, form: 'array' | 'page'): Draft => ({
  id,
  title: `GET /inventory/vdcs/{id}/${path} is ${form === 'array' ? 'a bare array' : 'paged'}; items have id and name`,
  source: '[client PsychoBelka]',
  mode: 'read',
  async check(context) {
    const vdc = textAt((await context.list('/inventory/vdcs'))[0], 'id');
    need(vdc !== undefined, 'the site lists no VDC');
    const reply = await context.get(`/inventory/vdcs/${vdc}/${path}`);
    mustAnswer(reply, 200);
    if (form === 'page') mustFit(envelope, reply.body);
    else must(Array.isArray(reply.body), 'no bare array');
    mustFitAll(named, listAt(reply.body, form === 'array' ? '' : 'items'));
  },
});

/** Sites, inventory, SLA profiles, policies: vcda-api.md §4 */
export const catalog = inFamily('catalog', [
  array('sites', '/sites', site, '[doc OPI sites/get]'),
  {
    id: 'sites-local',
    title: 'exactly one site is local',
    source: '[doc OPI sites/get]',
    mode: 'read',
    async check(context) {
      const local = listAt((await context.get('/sites')).body, '').filter((it) => at(it, 'isLocal') === true);
      must(local.length === 1, `${local.length} are`);
    },
  },
  {
    id: 'site',
    title: 'GET /sites/{site} is one of them',
    source: '[doc OPI, B46]',
    mode: 'read',
    async check(context) {
      const name = await context.localName();
      const reply = await context.get(`/sites/${encodeURIComponent(name)}`);
      mustAnswer(reply, 200);
      mustFit(site, reply.body);
      must(at(reply.body, 'site') === name, 'another site');
    },
  },
  {
    id: 'sites-reachable',
    title: 'both errors of a site’s state are null when it is healthy',
    source: '[doc OPI sites/get]',
    mode: 'read',
    async check(context) {
      const sites = listAt((await context.get('/sites')).body, '').filter((it) => at(it, 'isLocal') === true);
      need(sites.length > 0, 'no site is local');
      const down = sites.some((it) => at(it, 'state.incomingCommError') != null);
      must(!down, 'the local site reports an error of its own');
    },
  },
  paged('inventory-vms', '/inventory/vms'),
  paged('inventory-vapps', '/inventory/vapps'),
  paged('inventory-vdcs', '/inventory/vdcs'),
  paged('inventory-orgs', '/inventory/orgs'),
  ofVdc('storage-profiles', 'storage-profiles', 'array'),
  ofVdc('networks', 'networks', 'page'),
  {
    id: 'vdc-name',
    title: 'GET /inventory/vdcs?name= filters by name',
    source: '[client PsychoBelka]',
    mode: 'read',
    async check(context) {
      const name = textAt((await context.list('/inventory/vdcs'))[0], 'name');
      need(name !== undefined, 'the site lists no VDC');
      const found = await context.list('/inventory/vdcs', { name });
      must(found.length > 0 && found.every((it) => at(it, 'name') === name), 'lists VDCs of other names, or none');
    },
  },
  {
    id: 'vm-members',
    title: 'members of a VM in the inventory',
    source: '[assumed → vcda-api.md §4]',
    assumes: 'id name org powerState vappId vappName vdcId vdcName',
    mode: 'read',
    async check(context) {
      const query = context.peer === undefined ? {} : { site: context.peer };
      const vm = (await context.list('/inventory/vms', query))[0];
      need(typeof vm === 'object' && vm !== null, 'the site lists no VM');
      return shows(Object.keys(vm).sort().join(' '));
    },
  },
  shownOfVm('powerState', 'inventoryPowerState', 'true'),
  shownOfVm('computerName', 'inventoryComputerName', 'false'),
  {
    id: 'ids-in-capitals',
    title: 'the inventory writes ids in capitals',
    source: '[assumed → idsInCapitals]',
    row: 'idsInCapitals',
    assumes: 'false',
    mode: 'read',
    async check(context) {
      const query = context.peer === undefined ? {} : { site: context.peer };
      const ids = (await context.list('/inventory/vms', query)).map((vm) => textAt(vm, 'id') ?? '');
      const id = ids.find((one) => /[a-f]/i.test(one));
      need(id !== undefined, 'the site lists no VM');
      return shows(id === id.toUpperCase());
    },
  },
  array('sla-profiles', '/sla-profiles', slaProfile, '[doc OPI sla-profiles/get]'),
  {
    id: 'policy',
    title: 'GET /policies/default is the built-in policy, with its limits',
    source: '[doc B45 policies/{id}/get; OPI; B40]',
    mode: 'read',
    async check(context) {
      const reply = await context.get('/policies/default');
      need(reply.status !== 403 && reply.status !== 404, 'the login may not see it');
      mustAnswer(reply, 200);
      mustFit(policy, reply.body);
      must(at(reply.body, 'id') === 'default', 'another policy');
    },
  },
  {
    id: 'sla-assign',
    title: '/sla-profiles/orgs/{org}/profiles/{id}: DELETE 204, POST 201, both without a body',
    source: '[doc OPI, B42]',
    mode: 'write',
    async check(context) {
      const { provider } = context.target;
      need(provider !== null, 'there is no administrator’s login');
      const profile = textAt((await context.list('/sla-profiles')).at(-1), 'id');
      const by = await context.session(provider);
      const path = `/sla-profiles/orgs/globex/profiles/${profile}`;
      const [removed, added] = [await by('DELETE', path), await by('POST', path)];
      mustAnswer(removed, 204);
      mustAnswer(added, 201);
      must(removed.body === undefined && added.body === undefined, 'with a body');
    },
  },
]);
