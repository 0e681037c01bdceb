/** The sites that a site knows, and how they are paired [doc OPI sites, client terraform-provider-vcda]. */
import { type SiteInfo, site } from '../schemas/site.js';
import type { Task } from '../schemas/task.js';
import type { CallOptions } from './call-options.js';
import type { SiteHttp } from './site-http.js';

/** Body of `POST /sites` and `PUT /sites/{site}`. */
export interface Pairing {
  /** the peer's service endpoint, `https://host:8048` */
  apiUrl: string;
  /** `SHA-256:…` of the peer's certificate */
  apiThumbprint: string;
  description?: string | undefined;
  site: string;
}

export function siteCalls({ read, readList, segment, operate }: SiteHttp) {
  return {
    /** All sites, itself (`isLocal`) included [doc OPI sites/get]. */
    sites: (options?: CallOptions): Promise<SiteInfo[]> => readList(site, '/sites', {}, options),
    /** @throws VcdaError `SiteNotFound` */
    siteInfo: async (name: string, options?: CallOptions): Promise<SiteInfo> =>
      read(site, `/sites/${segment(name)}`, {}, options),

    /** Administrators only, as the next two. */
    pairSite: (body: Pairing, options: CallOptions): Promise<Task> => operate('POST', '/sites', options, { body }),
    repairSite: async (name: string, body: Pairing, options: CallOptions): Promise<Task> =>
      operate('PUT', `/sites/${segment(name)}`, options, { body }),
    unpairSite: async (name: string, options: CallOptions): Promise<Task> =>
      operate('DELETE', `/sites/${segment(name)}`, options),
  };
}
