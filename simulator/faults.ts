import { z } from 'zod';
import { REPLICATION_OPERATIONS } from './operations/kinds.js';
import { RandomStream } from './random.js';

/** What goes wrong on purpose, set by the control endpoint. */
export const faultRule = z.strictObject({
  id: z.string().optional(),
  site: z.string().optional(),
  method: z.string().optional(),
  /** source of a regular expression, matched against the path without its query */
  path: z.string().optional(),
  /** source of a regular expression, matched against the query as it was sent, without `?` */
  query: z.string().optional(),
  /** start, migrate, login, task, tasks, replication, replications, … */
  operation: z.string().optional(),
  vmId: z.string().optional(),
  /** how often it strikes; absent: always */
  times: z.int().min(1).optional(),
  probability: z.number().min(0).max(1).optional(),
  kind: z.enum([
    'delay',
    'reset-before',
    'reset-after',
    'status',
    'front',
    'fail-task',
    'odd-task',
    'session-loss',
    'garbage',
    'unreadable',
  ]),
  /** wall ms */
  delayMs: z.number().min(0).max(600_000).optional(),
  status: z.int().min(200).max(599).optional(),
  body: z.unknown().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  error: z.object({ code: z.string(), msg: z.string().default('') }).optional(),
  /** `fail-task`: the stage at whose end it fails (recover, power-off, …); absent: before anything has happened */
  stage: z.string().optional(),
  /** `front`: what a proxy, an ingress or a block page answers before the site has seen the request; default html */
  page: z.enum(['html', 'text', 'json', 'empty']).optional(),
  /** `odd-task`: how the task of an accepted operation ends, or shows itself */
  task: z
    .strictObject({
      staysRunning: z.enum(['bare', 'with-outcome']).optional(),
      warnings: z.array(z.unknown()).optional(),
      result: z.unknown().optional(),
      powersOn: z.boolean().optional(),
      powersOff: z.boolean().optional(),
      recoversInto: z.string().optional(),
      lastsUntil: z.literal('synced').optional(),
      members: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
  /** `unreadable`: which item of the answer, by its place (default the first) or its id */
  item: z.union([z.int().min(0), z.string()]).optional(),
  /** `unreadable`: what becomes of it; default every member null, except its id */
  as: z.enum(['null-members', 'wrong-types', 'null', 'text', 'no-id']).optional(),
  /** `unreadable`: members in place of its own, and nothing else */
  members: z.record(z.string(), z.unknown()).optional(),
});
export type FaultRule = z.infer<typeof faultRule>;

/** A rule as it stands: `id` is set, `struck` counts. */
export type ActiveFault = FaultRule & { id: string; struck: number };

export interface Target {
  site: string;
  method: string;
  path: string;
  query: string;
  operation: string | undefined;
  vmId: string | undefined;
}

interface Entry {
  rule: ActiveFault;
  path: RegExp | undefined;
  query: RegExp | undefined;
  random: RandomStream;
}

export class Faults {
  readonly #rules: Entry[] = [];
  readonly #seed: number;
  #named = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  get size(): number {
    return this.#rules.length;
  }

  add(rule: FaultRule): ActiveFault {
    const id = rule.id ?? `fault-${++this.#named}`;
    this.remove(id);
    const active = { ...rule, id, struck: 0 };
    const path = rule.path === undefined ? undefined : new RegExp(rule.path);
    const query = rule.query === undefined ? undefined : new RegExp(rule.query);
    this.#rules.push({ rule: active, path, query, random: new RandomStream(this.#seed, `fault:${id}`) });
    return active;
  }

  remove(id: string): void {
    const at = this.#rules.findIndex(({ rule }) => rule.id === id);
    if (at >= 0) this.#rules.splice(at, 1);
  }

  clear(): void {
    this.#rules.length = 0;
  }

  list(): ActiveFault[] {
    return this.#rules.map(({ rule }) => ({ ...rule }));
  }

  /**
   * The rules that strike now, in the order they were added; each that is returned has been counted. What stands in
   * front of the site strikes before it knows who calls; everything else once the request has been read.
   */
  strike(target: Target, where: 'front' | 'site' = 'site'): ActiveFault[] {
    const here = this.#rules.filter(({ rule }) => (rule.kind === 'front') === (where === 'front'));
    return here.filter((it) => matches(it, target) && this.#due(it)).map(({ rule }) => rule);
  }

  #due({ rule, random }: Entry): boolean {
    if (rule.times !== undefined && rule.struck >= rule.times) return false;
    if (rule.probability !== undefined && random.next() >= rule.probability) return false;
    rule.struck++;
    return true;
  }
}

/** What a task can come of; a `fail-task` or `odd-task` rule passes over every other call, and does not count it. */
const OPERATIONS = new Set<string>([...REPLICATION_OPERATIONS, 'storage-profile', 'health']);

function matches({ rule, path, query }: Entry, target: Target): boolean {
  return (
    ((rule.kind !== 'fail-task' && rule.kind !== 'odd-task') || OPERATIONS.has(target.operation ?? '')) &&
    (rule.site === undefined || rule.site === target.site) &&
    (rule.method === undefined || rule.method.toUpperCase() === target.method) &&
    (rule.operation === undefined || rule.operation === target.operation) &&
    (rule.vmId === undefined || rule.vmId === target.vmId) &&
    (path === undefined || path.test(target.path)) &&
    (query === undefined || query.test(target.query))
  );
}
