/** Two Drovers in one namespace that have a site of the same name. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client, Connection } from '@temporalio/client';
import { SITE } from '../../contract/inputs.js';
import { siteWorkflowId } from '../../contract/names.js';
import { connectClient } from '../../temporal/connection.js';
import { OtherWorld, requireOneWorld } from '../../worker/one-world.js';

let client: Client;
let connection: Connection;
beforeAll(async () => {
  ({ client, connection } = await connectClient({ TEMPORAL_ADDRESS: process.env.DROVER_TEST_TEMPORAL ?? '' }));
});
afterAll(() => connection.close());

test('are told apart by their task queues: the second is refused, and told who and what to do', async () => {
  const site = `paris-${crypto.randomUUID()}`;
  const handle = await client.workflow.start(SITE, {
    workflowId: siteWorkflowId(site),
    taskQueue: 'of-the-first',
    args: [{ site }],
  });
  try {
    await requireOneWorld(client, 'of-the-first', [site, 'of-nobody']);
    const refusal = await requireOneWorld(client, 'of-the-second', [site, 'of-nobody']).catch(
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(OtherWorld);
    expect((refusal as OtherWorld).message).toContain(`site ${site} on task queue of-the-first`);
    expect((refusal as OtherWorld).advice).toContain('TEMPORAL_NAMESPACE');
  } finally {
    await handle.terminate('test over');
  }
  await requireOneWorld(client, 'of-the-second', [site]);
});
