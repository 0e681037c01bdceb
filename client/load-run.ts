/** Giving the shards of a run their pieces of the plan. */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import pMap from 'p-map';
import { loadUpdate } from '../contract/messages.js';
import { shardWorkflowId } from '../contract/names.js';
import type { Piece } from '../contract/shard.js';

const LOADED_AT_ONCE = 4;
/** Between two looks for a shard that its run is about to begin: ms. */
const LOOK_EVERY = 50;

/** A piece and the shard that it is for. */
export interface PieceOf {
  shard: number;
  piece: Piece;
}

/**
 * Loads them; one that is loaded already stays as it is.
 * @param within ms for the run to have begun its shards
 * @throws WorkflowNotFoundError when a shard is not there, or has ended; WorkflowUpdateFailedError
 */
export async function loadPieces(client: Client, run: string, pieces: PieceOf[], within: number): Promise<void> {
  const until = Date.now() + within;
  await pMap(pieces, (one) => load(client, run, one, until), { concurrency: LOADED_AT_ONCE });
}

async function load(client: Client, run: string, { shard, piece }: PieceOf, until: number): Promise<void> {
  const handle = client.workflow.getHandle(shardWorkflowId(run, shard));
  const updateId = createHash('sha256').update(JSON.stringify(piece)).digest('hex');
  for (;;) {
    try {
      await handle.executeUpdate(loadUpdate, { args: [piece], updateId });
      return;
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError) || Date.now() >= until) throw error;
    }
    await delay(LOOK_EVERY);
  }
}
