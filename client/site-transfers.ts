/** How far the copies of a site are, as its poll tells it in heartbeats, which Temporal keeps until the next. */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { type Transfer, transfersIn } from '../contract/transfer.js';
import { gzipCodec } from '../temporal/data-converter.js';

const POLL = 'pollSite';

/** @param described the workflow of the site */
export async function transfersOf({
  raw,
}: Pick<WorkflowExecutionDescription, 'raw'>): Promise<[workflowId: string, transfer: Transfer][]> {
  const polls = (raw.pendingActivities ?? []).filter(({ activityType }) => activityType?.name === POLL);
  const payloads = await gzipCodec.decode(polls.flatMap(({ heartbeatDetails }) => heartbeatDetails?.payloads ?? []));
  return payloads.flatMap((payload) => transfersIn(defaultPayloadConverter.fromPayload(payload)));
}
