/** The service itself: version, health, licence, configuration [client terraform-provider-vcda, doc OPI diagnostics]. */
import { VcdaError } from '../errors/errors.js';
import * as schemas from '../schemas/appliance.js';
import type { Task } from '../schemas/task.js';
import type { CallOptions } from './call-options.js';
import type { SiteHttp } from './site-http.js';

export function applianceCalls({ read, readList, operate }: SiteHttp) {
  return {
    about: (options?: CallOptions): Promise<schemas.About> => read(schemas.about, '/diagnostics/about', {}, options),
    license: (options?: CallOptions): Promise<schemas.License> => read(schemas.license, '/license', {}, options),

    /** Begins a check of about half a second; `healthIn` reads its task's result. POST in 4.7, GET before [doc OPI, B42]. */
    async startHealthCheck(options: CallOptions = {}): Promise<Task> {
      try {
        return await operate('POST', '/diagnostics/health', options);
      } catch (error) {
        if (!(error instanceof VcdaError) || (error.status !== 404 && error.status !== 405)) throw error;
        return operate('GET', '/diagnostics/health', options);
      }
    },

    /** Whether the appliance has been set up. */
    isConfigured: async (options?: CallOptions): Promise<boolean> =>
      (await read(schemas.configured, '/config/is-configured', {}, options)).isConfigured,
    /** Administrators of the appliance only, as the next two. @throws VcdaError `Forbidden` */
    applianceConfig: (options?: CallOptions): Promise<schemas.ApplianceConfig> =>
      read(schemas.applianceConfig, '/config', {}, options),
    endpoints: (options?: CallOptions): Promise<schemas.Endpoints> =>
      read(schemas.endpoints, '/config/endpoints', {}, options),
    replicators: (options?: CallOptions): Promise<schemas.Replicator[]> =>
      readList(schemas.replicator, '/replicators', {}, options),
  };
}
