/** What the suite asks for, written down anew: what Drover asks for is what is held against it. */

/** Newest first [client terraform-provider-vcda]. */
export const API_VERSIONS = ['4.7', '4.6', '4.5'] as const;

export const pinned = (version: string): string => `application/vnd.vmware.h4-v${version}+json;charset=UTF-8`;

/** Best first. */
export const ACCEPT: readonly string[] = [...API_VERSIONS.map(pinned), 'application/json'];
