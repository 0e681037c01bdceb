import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { badRequest, forbidden, notFound } from '../errors.js';
import { type Caller, sees } from '../operations/caller.js';
import { uuid } from '../random.js';
import type { Policy, Site, SlaProfile } from '../world/model.js';
import { defaultPolicy, policyOf } from '../world/sites.js';
import { body } from './body.js';
import { caller, parameter } from './request.js';
import type { Shared } from './shared.js';

const flag = z.boolean().optional();
export const policyBody = z.looseObject({
  displayName: z.string().min(1).max(255).optional(),
  allowIncomingMigrations: flag,
  allowOutgoingMigrations: flag,
  allowOutgoingOnpremMigrations: flag,
  allowIncomingProtections: flag,
  allowOutgoingProtections: flag,
  allowOutgoingOnpremProtections: flag,
  allowCustomSlaSettings: flag,
  allowAdvancedRetentionRules: flag,
  allowNotificationConfiguration: flag,
  maxIncoming: z.int().optional(),
  maxInstances: z.int().min(1).max(24).optional(),
  maxPinnedInstances: z.int().min(0).max(24).optional(),
  minRpo: z.int().min(1).max(1440).optional(),
});

/** Policies and SLA profiles: what a provider allows and offers (vcda-api.md §4). */
export function adminRoutes(api: FastifyInstance, shared: Shared, site: string): void {
  const { world } = shared;
  function asked(request: FastifyRequest): [Caller, Site] {
    const who = caller(shared, site, request);
    return [who, world.site(who.site)];
  }
  function administered(request: FastifyRequest): Site {
    const [who, here] = asked(request);
    if (!who.provider) throw forbidden();
    return here;
  }
  const policies = { config: { operation: 'policies' } };
  const slaProfiles = { config: { operation: 'sla-profiles' } };

  api.get('/policies', policies, async (request) => {
    const [who, here] = asked(request);
    return who.provider ? [...here.policies.values()] : [policyOf(here, who.org)];
  });
  api.get('/policies/:id', policies, async (request) => {
    const [who, here] = asked(request);
    const policy = policyIn(here, parameter(request));
    if (!who.provider && policyOf(here, who.org) !== policy) throw notFound('Policy', policy.id);
    return policy;
  });
  api.get('/policies/:id/status', policies, async (request) => {
    const here = administered(request);
    const policy = policyIn(here, parameter(request));
    return { id: policy.id, replications: incoming(here, policy), orgs: policy.orgs };
  });
  api.post('/policies', policies, async (request, reply) => {
    const here = administered(request);
    const wanted = body(request, policyBody);
    const displayName = wanted.displayName ?? '';
    // unique, case sensitive [doc B45 policies]
    if (displayName === '' || [...here.policies.values()].some((it) => it.displayName === displayName)) {
      throw badRequest('displayName must be given, and unique.', ['displayName']);
    }
    const id = uuid(world.seed, 'policy', here.name, displayName, world.count('policy', displayName));
    const policy = { ...defaultPolicy(), ...known(wanted), id, displayName };
    here.policies.set(id, policy);
    return reply.code(201).send(policy);
  });
  api.put('/policies/:id', policies, async (request) => {
    const policy = policyIn(administered(request), parameter(request));
    return Object.assign(policy, known(body(request, policyBody)));
  });
  api.delete('/policies/:id', policies, async (request, reply) => {
    const here = administered(request);
    const policy = policyIn(here, parameter(request));
    if (policy.id === 'default') throw badRequest('The default policy cannot be removed.');
    here.policies.delete(policy.id);
    return reply.code(204).send();
  });
  api.post('/policies/:id/orgs/:org', policies, async (request, reply) => {
    const here = administered(request);
    const policy = policyIn(here, parameter(request));
    const org = orgIn(here, parameter(request, 'org'));
    for (const other of here.policies.values()) other.orgs = other.orgs.filter((it) => it !== org);
    policy.orgs.push(org);
    return reply.code(201).send();
  });

  api.get('/sla-profiles', slaProfiles, async (request) => {
    const [who, here] = asked(request);
    const seen = [...here.slaProfiles.values()].filter((it) => it.orgs.some((org) => sees(who, org)));
    return seen.map((it) => slaInfo(here, it));
  });
  for (const method of ['POST', 'DELETE'] as const) {
    api.route({
      method,
      url: '/sla-profiles/orgs/:org/profiles/:id',
      ...slaProfiles,
      handler: async (request, reply) => {
        const here = administered(request);
        const org = orgIn(here, parameter(request, 'org'));
        const profile = here.slaProfiles.get(parameter(request));
        if (profile === undefined) throw notFound('SLA profile', parameter(request));
        profile.orgs = profile.orgs.filter((it) => it !== org);
        if (method === 'POST') profile.orgs.push(org);
        return reply.code(method === 'POST' ? 201 : 204).send();
      },
    });
  }
}

function policyIn(site: Site, id: string): Policy {
  const policy = site.policies.get(id);
  if (policy === undefined) throw notFound('Policy', id);
  return policy;
}

function orgIn(site: Site, org: string): string {
  if (![...site.vdcs.values()].some((vdc) => vdc.org === org)) throw notFound('Organisation', org);
  return org;
}

/** Members of a policy that were given; what else a body holds is none of its. */
export function known(wanted: z.infer<typeof policyBody>): Partial<Policy> {
  const members = Object.entries(wanted).filter(([name, value]) => name in policyBody.shape && value !== undefined);
  return Object.fromEntries(members);
}

function incoming(site: Site, policy: Policy): number {
  const orgs = [...site.replications.values()].map((it) => site.vdcs.get(it.destinationVdcId)?.org ?? '');
  return orgs.filter((org) => policyOf(site, org) === policy).length;
}

function slaInfo(site: Site, profile: SlaProfile) {
  const users = [...site.replications.values()].filter((it) => it.slaProfileId === profile.id);
  return { ...profile, replications: users.length };
}
