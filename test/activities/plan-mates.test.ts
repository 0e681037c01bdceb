/** Which VMs a plan names, asked of its shards: many VMs that ask at once cost no more than one. */
import { describe, expect, it } from '@jest/globals';
import { WorkflowNotFoundError } from '@temporalio/client';
import { PlanMates } from '../../activities/plan-mates.js';
import { type AlikeInput, alikeOf } from '../../contract/alike.js';
import type { KeptVms, UnitsAsked } from '../../contract/evidence.js';
import { shardAlikeQuery } from '../../contract/messages.js';
import type { Ask } from '../../contract/read-run.js';
import { MOST_IN_SHARD } from '../../contract/shard.js';
import { head } from '../support/evidence.js';
import { vm } from '../support/reports.js';
import { until } from '../support/until.js';

const named = (...names: string[]): AlikeInput => ({ ids: [], names, copies: [] });

/** A run of two shards with a thousand VMs each, of two names. */
function run({ forgotten = new Set<number>() } = {}) {
  const questions: string[] = [];
  let answer = (): Promise<void> => Promise.resolve();
  const shards = [0, 1].map((n) =>
    Array.from({ length: 1_000 }, (_, at) => ({ id: `vm-${n}-${at}`, name: `web${n}`, recoveredAs: [] as string[] })),
  );
  const ask = (async (workflowId: string, query: { name: string }, ...args: unknown[]) => {
    questions.push(workflowId);
    await answer();
    if (query.name !== shardAlikeQuery.name) return { shards: shards.length };
    if (forgotten.has(Number(workflowId.split('/').at(-1))))
      throw new WorkflowNotFoundError('gone', workflowId, undefined);
    return alikeOf(shards[Number(workflowId.split('/').at(-1))] ?? [], args[0] as AlikeInput);
  }) as unknown as Ask;
  const store = { run: async () => keptRun, vms: async ({ from }: UnitsAsked) => kept(from?.position ?? 0) };
  return {
    mates: new PlanMates(ask, store),
    questions,
    shards,
    hold: (until: Promise<void>) => (answer = () => until),
  };
}

const keptRun = { run: 'run', execution: 'x', head: head().report, planDigest: null, drover: null };

/** Of the second shard, in two pages. */
function kept(position: number): KeptVms {
  const next = { position: MOST_IN_SHARD + 1, unit: '' };
  if (position === MOST_IN_SHARD) return { vms: [vm('other'), vm('web1', { recoveredAs: ['copy-7'] })], next };
  return { vms: position === next.position ? [vm('web1')] : [], next: null };
}

describe('who is named by the plan of a run', () => {
  it('is told by the store of a shard that has ended so long ago that Temporal has forgotten it', async () => {
    const { mates } = run({ forgotten: new Set([1]) });
    expect((await mates.of('run', named('web1'))).map(({ recoveredAs }) => recoveredAs)).toEqual([['copy-7'], []]);
  });

  it('is asked once of each shard by all who ask meanwhile, and each hears what it has asked for', async () => {
    const { mates, questions, hold } = run();
    let release: (() => void) | undefined;
    hold(new Promise((resolve) => (release = resolve)));
    const first = mates.of('run', named('web0'));
    await until(
      () => Promise.resolve(questions.length),
      (asked) => asked > 0,
    );
    const others = Array.from({ length: 2_000 }, (_, n) => mates.of('run', { ...named(), ids: [`vm-1-${n % 1_000}`] }));
    release?.();
    expect(await first).toHaveLength(1_000);
    expect((await Promise.all(others)).map((found) => found.map(({ id }) => id))).toEqual(
      Array.from({ length: 2_000 }, (_, n) => [`vm-1-${n % 1_000}`]),
    );
    // The head and both shards, twice.
    expect(questions).toHaveLength(6);
  });

  it('is as it is now: what has become of a VM since the last question is told', async () => {
    const { mates, shards } = run();
    const asked: AlikeInput = { ids: [], names: [], copies: ['copy-7'] };
    expect(await mates.of('run', asked)).toEqual([]);
    shards[1]?.[7]?.recoveredAs.push('copy-7');
    expect(await mates.of('run', asked)).toEqual([{ id: 'vm-1-7', name: 'web1', recoveredAs: ['copy-7'] }]);
  });
});
