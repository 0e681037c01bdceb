/** Policies and SLA profiles: what a provider allows to organizations, and offers them [doc B45 policies, OPI sla-profiles]. */
import { z } from 'zod';
import * as schemas from '../schemas/provider.js';
import type { CallOptions } from './call-options.js';
import type { SiteHttp } from './site-http.js';

/** Answers that have no body, or none worth reading. */
const nothing = z.unknown();

/** Body of `POST /policies`: the members of a policy but for its id; `displayName` is unique and case sensitive. */
export type NewPolicy = Partial<Omit<schemas.Policy, 'id' | 'orgs'>> & { displayName: string };

export function policyCalls({ ask, read, readList, segment }: SiteHttp) {
  return {
    /** All for a provider; a tenant may see less. */
    list: (options?: CallOptions): Promise<schemas.Policy[]> => readList(schemas.policy, '/policies', {}, options),
    get: async (id: string, options?: CallOptions): Promise<schemas.Policy> =>
      read(schemas.policy, `/policies/${segment(id)}`, {}, options),
    status: async (id: string, options?: CallOptions): Promise<schemas.PolicyStatus> =>
      read(schemas.policyStatus, `/policies/${segment(id)}/status`, {}, options),
    /** Providers only, as the next. @throws VcdaError `Forbidden` */
    create: (body: NewPolicy, options?: CallOptions): Promise<schemas.Policy> =>
      ask(schemas.policy, { method: 'POST', path: '/policies', body }, options),
    async assign(id: string, org: string, options?: CallOptions): Promise<void> {
      await ask(nothing, { method: 'POST', path: `/policies/${segment(id)}/orgs/${segment(org)}` }, options);
    },
  };
}

export function slaProfileCalls({ ask, readList, segment }: SiteHttp) {
  const ofOrg = (org: string, id: string): string => `/sla-profiles/orgs/${segment(org)}/profiles/${segment(id)}`;

  return {
    /** Those that the caller may use; their ids are what a start takes as `slaProfileId`. */
    list: (options?: CallOptions): Promise<schemas.SlaProfile[]> =>
      readList(schemas.slaProfile, '/sla-profiles', {}, options),
    /** Answered 201 without a body; providers only, as the next [doc OPI, B42]. */
    async assign(org: string, id: string, options?: CallOptions): Promise<void> {
      await ask(nothing, { method: 'POST', path: ofOrg(org, id) }, options);
    },
    /** Answered 204. */
    async unassign(org: string, id: string, options?: CallOptions): Promise<void> {
      await ask(nothing, { method: 'DELETE', path: ofOrg(org, id) }, options);
    },
  };
}
