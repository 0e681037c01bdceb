import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type Assumptions, assumptionTable } from '../assumptions.js';
import { badRequest } from '../errors.js';
import { faultRule } from '../faults.js';
import { taskInfo } from '../views/task.js';
import { known, policyBody } from './admin-routes.js';
import { body } from './body.js';
import { actBody, clockBody, troubleBody } from './control-bodies.js';
import { parameter } from './request.js';
import type { Shared } from './shared.js';

const speed = z.looseObject({ speed: z.number().min(0.01).max(1_000_000) });
const sessions = z.looseObject({ site: z.string().optional(), extensions: z.boolean().optional() });
const license = z.looseObject({ site: z.string(), licensed: z.boolean() });
const storage = z.looseObject({ site: z.string(), capacityBytes: z.number().min(0), profileId: z.string().optional() });
const vm = z.object({
  id: z.string().optional(),
  site: z.string().optional(),
  name: z.string().optional(),
  computerName: z.string().optional(),
  powerState: z.enum(['POWERED_ON', 'POWERED_OFF', 'SUSPENDED']).optional(),
  usedBytes: z.number().min(0).optional(),
  changeRate: z.number().min(0).optional(),
  tools: z.enum(['none', 'applicationQuiesced', 'fileSystemQuiesced']).optional(),
  disks: z.array(z.object({ key: z.int(), bytes: z.number().min(0) })).optional(),
  vdcId: z.string().optional(),
  vappId: z.string().optional(),
  removed: z.boolean().optional(),
  count: z.int().min(1).max(20_000).optional(),
});

const plan = z.looseObject({
  site: z.string(),
  id: z.string(),
  displayName: z.string(),
  description: z.string().default(''),
  state: z.enum(['NOT_STARTED', 'RUNNING', 'SUSPENDED', 'COMPLETE']).default('NOT_STARTED'),
  steps: z
    .array(
      z.object({
        id: z.string(),
        name: z.string(),
        delay: z.number().min(0).default(0),
        prompt: z.string().nullable().default(null),
        replications: z.array(z.string()).default([]),
      }),
    )
    .default([]),
});

const apiToken = z.object({
  site: z.string(),
  token: z.string().min(1),
  user: z.string().optional(),
  state: z.enum(['good', 'expired', 'revoked', 'spent']).optional(),
  rotates: z.boolean().optional(),
  expiresIn: z.number().positive().optional(),
});

const definedOnly = <T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as never;

const oneOrMany = <T extends z.ZodType>(item: T) => z.union([z.array(item), item.transform((it) => [it])]);

/** `/_sim/…`, outside the API's paths: no session, no faults, no counting, and alive when the site is down. */
export function controlRoutes(api: FastifyInstance, { control, world, apiTokens }: Shared): void {
  api.get('/ledger', async (request) => {
    const since = Number((request.query as Record<string, unknown>)['since'] ?? 0);
    const entries = control.ledger();
    return since > 0 ? entries.slice(since) : entries;
  });
  api.get('/world', async () => control.world());
  api.get('/stats', async () => control.stats());

  api.get('/faults', async () => control.faults());
  api.post('/faults', async (request) => {
    const rules = body(request, oneOrMany(faultRule));
    for (const { path, query } of rules)
      for (const pattern of [path, query]) if (pattern !== undefined) requirePattern(pattern);
    return control.addFaults(...rules);
  });
  api.delete('/faults', async (_request, reply) => {
    control.clearFaults();
    return reply.code(204).send();
  });
  api.delete('/faults/:id', async (request, reply) => {
    control.clearFaults(parameter(request));
    return reply.code(204).send();
  });

  api.get('/api-tokens', async () =>
    Object.fromEntries([...apiTokens].map(([site, tokens]) => [site, tokens.list()] as const)),
  );
  api.post('/api-tokens', async (request) => {
    const { site, token, ...change } = body(request, apiToken);
    const tokens = apiTokens.get(world.site(site).name);
    if (tokens === undefined) throw badRequest(`The site '${site}' has no Cloud Director.`, [site]);
    const user = change.user ?? tokens.list()[token]?.user ?? 'ops@acme';
    tokens.set(token, { ...tokens.list()[token], ...definedOnly(change), user });
    return tokens.list();
  });

  api.get('/assumptions', async () => ({ now: world.assumptions, table: assumptionTable }));
  api.post('/assumptions', async (request) => control.setAssumptions(assumptions(body(request, z.looseObject({})))));
  api.post('/speed', async (request) => {
    control.setSpeed(body(request, speed).speed);
    return { speed: world.clock.speed };
  });
  api.post('/sessions/expire', async (request) => {
    const { site, extensions } = body(request, sessions);
    return { expired: control.expireSessions(site, extensions ?? false) };
  });
  api.post('/vms', async (request) => control.setVms(...body(request, oneOrMany(vm))));
  api.post('/act', async (request) => taskInfo(world, control.act(body(request, actBody))));
  api.post('/replications/:id', async (request) => {
    const id = parameter(request);
    control.trouble(id, body(request, troubleBody));
    return control.world().replications.find((it) => it.id === id);
  });
  api.post('/sites/:site/clock', async (request) =>
    control.setClock(parameter(request, 'site'), body(request, clockBody)),
  );
  api.post('/license', async (request) => {
    const { site, licensed } = body(request, license);
    control.setLicense(site, licensed);
    return { site, licensed };
  });
  api.post('/storage', async (request) => {
    const { site, capacityBytes, profileId } = body(request, storage);
    control.setStorage(site, capacityBytes, profileId);
    return { site, capacityBytes };
  });
  api.post('/policy', async (request) => {
    const { site } = body(request, z.looseObject({ site: z.string() }));
    control.setPolicy(site, known(body(request, policyBody)));
    return { site };
  });
  api.post('/recovery-plans', async (request) => {
    const { site, ...wanted } = body(request, plan);
    control.addRecoveryPlan(site, wanted);
    return wanted;
  });
  for (const direction of ['down', 'up'] as const) {
    api.post(`/sites/:site/${direction}`, async (request) => {
      const site = parameter(request, 'site');
      control.setUp(site, direction === 'up');
      return { site, up: direction === 'up' };
    });
  }
}

function requirePattern(source: string): void {
  try {
    new RegExp(source);
  } catch (error) {
    throw badRequest(String(error));
  }
}

/** Values are checked against the table: a misspelt one would silently test nothing. */
function assumptions(changes: Record<string, unknown>): Partial<Assumptions> {
  for (const [name, value] of Object.entries(changes)) {
    if (!Object.hasOwn(assumptionTable, name)) throw badRequest(`Unknown assumption '${name}'.`, [name]);
    const row = assumptionTable[name as keyof Assumptions];
    const known: readonly unknown[] = [row.default, ...row.alternatives];
    const fits = typeof row.default === 'number' ? typeof value === 'number' && value >= 0 : known.includes(value);
    if (!fits) throw badRequest(`Assumption '${name}' cannot be ${JSON.stringify(value)}.`, [name]);
  }
  return changes as Partial<Assumptions>;
}
