/**
 * `Accept: application/vnd.vmware.h4-v4.7+json;charset=UTF-8` pins a version, `application/json` takes the newest
 * [client terraform-provider-vcda, PsychoBelka]. Clients copy the Content-Type of the login's answer into the Accept of
 * later calls, so what is sent here must be acceptable there.
 */
import { API_VERSIONS } from '../world/sites.js';

const PINNED = /^application\/vnd\.vmware\.h4-v([\d.]+)\+json$/;

const mediaType = (version: string): string => `application/vnd.vmware.h4-v${version}+json;charset=UTF-8`;

/** The Content-Type to answer with, undefined when nothing in the Accept header can be served. */
export function negotiate(accept: string | undefined, newest: string): string | undefined {
  const wanted = (accept ?? '*/*').split(',').map((range) => (range.split(';')[0] ?? '').trim().toLowerCase());
  for (const range of wanted) {
    const version = PINNED.exec(range)?.[1];
    if (version !== undefined) {
      if (API_VERSIONS.includes(version) && Number(version) <= Number(newest)) return mediaType(version);
    } else if (range === 'application/json') {
      return 'application/json;charset=UTF-8';
    } else if (range === '*/*' || range === '' || range === 'application/*') {
      return mediaType(newest);
    }
  }
  return undefined;
}
