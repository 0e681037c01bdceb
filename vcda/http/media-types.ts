/** The versions of the API that Drover speaks, and the media types that pin them. */

/** Best first [client terraform-provider-vcda]. */
export const API_VERSIONS: readonly string[] = ['4.7', '4.6', '4.5'];

/**
 * What to ask for, best first: a pinned version keeps answers stable across upgrades of the site; an older site refuses it
 * with 406 and gets the next.
 */
export const ACCEPT: readonly string[] = [
  ...API_VERSIONS.map((version) => `application/vnd.vmware.h4-v${version}+json;charset=UTF-8`),
  'application/json',
];
