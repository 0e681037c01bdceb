/** What a VM's workflow tries again, in a reader's words: Temporal knows it, the workflow does not. */
import { describe, expect, it } from '@jest/globals';
import { defaultPayloadConverter } from '@temporalio/common';
import pc from 'picocolors';
import { createActivities } from '../../activities/index.js';
import { vmText } from '../../cli/text/vm-text.js';
import { retriesOf, retryingOf } from '../../client/retries.js';
import { report, vm } from '../support/reports.js';

const NOW = Date.parse('2026-12-05T22:00:00Z');
const details = {
  code: 'ServiceUnavailable',
  advice: 'Check the appliance.',
  since: '2026-12-05T21:00:00.000Z',
  until: '2026-12-06T21:00:00.000Z',
};

function pending(name: string, attempt: number, detail: unknown = details) {
  const payloads = [defaultPayloadConverter.toPayload(detail)];
  const lastFailure = { message: 'locate of web1 at lyon: 503.', applicationFailureInfo: { details: { payloads } } };
  return { activityType: { name }, attempt, lastFailure };
}
const described = (...pendingActivities: object[]) => ({ raw: { pendingActivities } }) as never;

describe('a question that is asked again', () => {
  it('is told as what, since when, how often and until when', () => {
    const retries = retriesOf(described(pending('locateReplication', 5)));
    expect(retryingOf(retries, NOW)).toEqual({ ...details, message: 'locate of web1 at lyon: 503.', tries: 4 });
    const one = vm('web1', { state: 'running', step: 'look', retrying: retryingOf(retries, NOW) });
    const text = vmText(report([one]), one, pc.createColors(false), retries);
    expect(text).toMatch(
      /! Looking for its replication fails since 2026-12-0\d .*, tried 4 times, until 2026-12-0.* and is tried again: locate of web1/,
    );
    expect(text.split('503.')).toHaveLength(2);
    expect(text).not.toContain('locateReplication');
  });

  it('is nothing until it has failed, and has a code also where nobody gave one', () => {
    expect(retriesOf(described({ activityType: { name: 'readReplication' }, attempt: 1 }))).toEqual([]);
    const killed = retriesOf(described({ ...pending('readReplication', 2), lastFailure: { message: 'heartbeat' } }));
    expect(retryingOf(killed, NOW)).toMatchObject({ code: 'Retried', message: 'heartbeat', tries: 1, until: null });
    expect(retryingOf([], NOW)).toBeNull();
  });

  it.each(Object.keys(createActivities({} as never)))('is told in words: %s', (activity) => {
    const [retry] = retriesOf(described(pending(activity, 2)));
    expect(retry?.doing).toMatch(/^\w+ing /);
  });

  it('is not told as being about the source where its copy may be looked at', () => {
    expect(retriesOf(described(pending('sourcePower', 2)))[0]?.doing).toBe('looking whether it is on at a site');
  });
});
