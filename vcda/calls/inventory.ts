/** What a site has: VMs, vApps, organizations and what they may use [client PsychoBelka]. `options.site` asks another site. */
import * as schemas from '../schemas/inventory.js';
import type { CallOptions } from './call-options.js';
import type { SiteHttp } from './site-http.js';

export interface InventoryFilter {
  /** the exact name; seen for VDCs only */
  name?: string | undefined;
}

export function inventoryCalls({ readAll, readList, segment }: SiteHttp) {
  return {
    vms: (filter: InventoryFilter = {}, options?: CallOptions): Promise<schemas.InventoryVm[]> =>
      readAll(schemas.inventoryVm, '/inventory/vms', { ...filter }, options),
    vapps: (filter: InventoryFilter = {}, options?: CallOptions): Promise<schemas.InventoryVapp[]> =>
      readAll(schemas.inventoryVapp, '/inventory/vapps', { ...filter }, options),
    vdcs: (filter: InventoryFilter = {}, options?: CallOptions): Promise<schemas.InventoryVdc[]> =>
      readAll(schemas.inventoryVdc, '/inventory/vdcs', { ...filter }, options),
    networks: async (vdcId: string, options?: CallOptions): Promise<schemas.Named[]> =>
      readAll(schemas.named, `/inventory/vdcs/${segment(vdcId)}/networks`, {}, options),
    /** Their ids are what a start takes as `storageProfile`. */
    storageProfiles: async (vdcId: string, options?: CallOptions): Promise<schemas.Named[]> =>
      readList(schemas.named, `/inventory/vdcs/${segment(vdcId)}/storage-profiles`, {}, options),
    orgs: (options?: CallOptions): Promise<schemas.Named[]> => readAll(schemas.named, '/inventory/orgs', {}, options),
    /** @throws VcdaError `Forbidden` for others than providers */
    providerVdcs: (options?: CallOptions): Promise<schemas.Named[]> =>
      readAll(schemas.named, '/inventory/provider-vdcs', {}, options),
    /** @throws VcdaError `Forbidden` for others than providers */
    datastores: (options?: CallOptions): Promise<schemas.Named[]> =>
      readAll(schemas.named, '/inventory/datastores', {}, options),

    /** On-premises sites of tenants. */
    vcSites: (options?: CallOptions): Promise<schemas.VcSite[]> => readList(schemas.vcSite, '/vc-sites', {}, options),
    vcenters: async (vcSite: string, options?: CallOptions): Promise<schemas.Named[]> =>
      readList(schemas.named, `/vc-sites/${segment(vcSite)}/vcenters`, {}, options),
    vcenterVms: async (vcSite: string, vcId: string, options?: CallOptions): Promise<schemas.Named[]> =>
      readAll(schemas.named, `/vc-sites/${segment(vcSite)}/${segment(vcId)}/vms`, {}, options),
  };
}
