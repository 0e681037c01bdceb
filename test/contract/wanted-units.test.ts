/** What one VM wants to know of a run is asked for that VM: no shard reads out its rows. */
import { describe, expect, it } from '@jest/globals';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { RunHead } from '../../contract/messages.js';
import { type Ask, askWanted } from '../../contract/read-run.js';
import { type WantedInput, wantedOf } from '../../contract/wanted-units.js';
import { vm } from '../support/reports.js';

const SHARDS = [
  [vm('web1', { replicationId: 'C4-1' }), vm('web2', { replicationId: 'C4-2', state: 'succeeded' })],
  [vm('db1', { replicationId: 'C4-3', state: 'waiting' }), vm('db2')],
];

/** Of a run with these shards, of which some were terminated. @param seen names of the queries */
function askOf(lost: number[], seen: string[]): Ask {
  const answers: Record<string, (workflowId: string, asked: unknown) => unknown> = {
    runHead: () => ({ shards: SHARDS.length, lost }) as Partial<RunHead>,
    shardWanted: (workflowId, asked) =>
      wantedOf(SHARDS[Number(workflowId.split('/').at(-1))] ?? [], asked as WantedInput),
  };
  return async (workflowId, { name }, ...[asked]) => {
    seen.push(name);
    return answers[name]?.(workflowId, asked) as never;
  };
}

describe('units that are wanted of a run', () => {
  const none = { ids: [], replicationIds: [] };
  it.each([
    ['by the id of the VM', { ids: ['id-of-web1'] }, ['web1']],
    ['by the replication', { replicationIds: ['C4-3'] }, ['db1']],
    ['by either', { ids: ['id-of-web1'], replicationIds: ['C4-3'] }, ['web1', 'db1']],
    ['not once they have ended', { ids: ['id-of-web2'], replicationIds: ['C4-2'] }, []],
    ['not by what nothing is known of', { ids: ['other'] }, []],
  ])('are told %s, and no rows are read', async (_, asked, names) => {
    const seen: string[] = [];
    const told = await askWanted(askOf([], seen), 'exit-1', { ...none, ...asked });
    expect(told.map(({ name }) => name)).toEqual(names);
    expect(seen).toEqual(['runHead', 'shardWanted', 'shardWanted']);
  });

  it('are none of a shard that has ended so long ago that Temporal has forgotten it', async () => {
    const ask = askOf([], []);
    const forgotten: Ask = (workflowId, query, ...args) => {
      if (query.name === 'shardWanted' && workflowId.endsWith('/0'))
        throw new WorkflowNotFoundError('gone', workflowId, undefined);
      return ask(workflowId, query, ...args);
    };
    const asked = { ids: ['id-of-web1', 'id-of-db1'], replicationIds: [] };
    expect((await askWanted(forgotten, 'exit-1', asked)).map(({ name }) => name)).toEqual(['db1']);
  });

  it('are none of a shard that was terminated', async () => {
    const asked = { ids: ['id-of-web1', 'id-of-db1'], replicationIds: [] };
    const told = await askWanted(askOf([0], []), 'exit-1', asked);
    expect(told.map(({ name }) => name)).toEqual(['db1']);
  });
});
