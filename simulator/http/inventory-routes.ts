import type { FastifyInstance, FastifyRequest } from 'fastify';
import { forbidden, notFound } from '../errors.js';
import { type Caller, PROVIDER_ORG, sees } from '../operations/caller.js';
import { uuid } from '../random.js';
import type { Vapp, Vdc, Vm } from '../world/model.js';
import { page } from './paging.js';
import { caller, parameter, query } from './request.js';
import type { Shared } from './shared.js';

/** Only `id` and `name` of inventory items are proven; the other fields are assumed (vcda-api.md §4). */
export function inventoryRoutes(api: FastifyInstance, shared: Shared, site: string): void {
  const { world } = shared;

  function get(path: string, answer: (who: Caller, request: FastifyRequest) => unknown): void {
    api.get(`/inventory${path}`, { config: { operation: 'inventory' } }, async (request) =>
      answer(caller(shared, site, request), request),
    );
  }
  function paged<T extends { name: string; org: string }, R>(
    who: Caller,
    request: FastifyRequest,
    items: Iterable<T>,
    render: (item: T) => R,
  ) {
    const wanted = query(request);
    const holds = (it: T) => sees(who, it.org) && (wanted.name === undefined || it.name === wanted.name);
    return page(wanted, world.assumptions.pageCeiling, { all: items, holds }, render);
  }
  function ownVdc(who: Caller, request: FastifyRequest): Vdc {
    const id = parameter(request);
    const vdc = world.site(who.site).vdcs.get(id);
    if (vdc === undefined || !sees(who, vdc.org)) throw notFound('Org VDC', id);
    return vdc;
  }
  function providerOnly(who: Caller, request: FastifyRequest, names: string[]) {
    if (!who.provider) throw forbidden();
    const items = names.map((name) => ({ id: uuid(0, 'inventory', who.site, name), name }));
    return page(query(request), world.assumptions.pageCeiling, { all: items }, (it) => it);
  }

  get('/vms', (who, request) => {
    const here = world.site(who.site);
    return paged(who, request, here.vms.values(), (vm: Vm) => ({
      id: vm.id,
      name: vm.name,
      vappId: vm.vappId,
      vappName: here.vapps.get(vm.vappId)?.name ?? null,
      vdcId: vm.vdcId,
      vdcName: here.vdcs.get(vm.vdcId)?.name ?? null,
      org: vm.org,
      ...(world.assumptions.inventoryPowerState ? { powerState: vm.powerState } : {}),
      ...(world.assumptions.inventoryComputerName ? { computerName: vm.computerName ?? vm.name } : {}),
    }));
  });

  get('/vapps', (who, request) => {
    const here = world.site(who.site);
    return paged(who, request, here.vapps.values(), (vapp: Vapp) => ({
      id: vapp.id,
      name: vapp.name,
      vdcId: vapp.vdcId,
      vdcName: here.vdcs.get(vapp.vdcId)?.name ?? null,
      org: vapp.org,
      vmIds: [...vapp.vmIds],
    }));
  });

  get('/vdcs', (who, request) =>
    paged(who, request, world.site(who.site).vdcs.values(), ({ id, name, org }: Vdc) => ({ id, name, org })),
  );

  get('/vdcs/:id/storage-profiles', (who, request) =>
    ownVdc(who, request).storageProfiles.map(({ id, name }) => ({ id, name })),
  );

  get('/vdcs/:id/networks', (who, request) =>
    page(query(request), world.assumptions.pageCeiling, { all: ownVdc(who, request).networks }, (it) => it),
  );

  get('/orgs', (who, request) => {
    const orgs = [...new Set([...world.site(who.site).vdcs.values()].map((vdc) => vdc.org))];
    const all = [...orgs, PROVIDER_ORG].map((name) => ({ id: uuid(0, 'org', who.site, name), name, org: name }));
    return paged(who, request, all, ({ id, name }) => ({ id, name }));
  });

  get('/provider-vdcs', (who, request) => providerOnly(who, request, ['provider-vdc']));
  get('/datastores', (who, request) => providerOnly(who, request, ['datastore-1', 'datastore-2']));
}
