/** Sessions and sites. */
import { z } from 'zod';
import { anyError, maybeFlag, maybeText, text } from './common.js';

/** [doc B45 C4SessionDetails] roles seen: `EVERYONE`, `VRADMINISTRATORS`, `ADMINISTRATORS` [client PowerVCAV] */
export const session = z
  .looseObject({
    user: maybeText,
    roles: z.array(text).nullish(),
    authenticatedSites: z.array(z.looseObject({ site: text, org: maybeText })).nullish(),
  })
  .refine(({ user, roles }) => user != null || roles != null, 'it tells neither a user nor roles');
export type Session = z.infer<typeof session>;

/** [doc OPI sites/get] both errors of `state` are null when the two sites reach each other */
export const site = z.looseObject({
  site: text,
  description: maybeText,
  apiUrl: maybeText,
  apiPublicUrl: maybeText,
  /** `SHA-256:…` */
  apiThumbprint: maybeText,
  apiVersion: maybeText,
  buildVersion: maybeText,
  isLocal: maybeFlag,
  state: z.looseObject({ incomingCommError: anyError.nullish(), outgoingCommError: anyError.nullish() }).nullish(),
});
export type SiteInfo = z.infer<typeof site>;
