/** What is asked of schedules again, since no server can be made to lose a question on demand. */
import { describe, expect, it } from '@jest/globals';
import type { Client, ConnectionLike } from '@temporalio/client';
import { askSchedule } from '../../client/drills/ask-schedule.js';
import type { Session } from '../../client/session.js';
import { TemporalUnreachable } from '../../temporal/unreachable.js';

/** A connection that keeps no deadlines: the answers below say themselves what became of them. */
const session: Session = {
  client: {} as Client,
  connection: { withDeadline: (_: number | Date, ask: () => Promise<unknown>) => ask() } as ConnectionLike,
  address: 'localhost:7233',
  namespace: 'default',
  taskQueue: 'drover',
};

const grpcError = (code: number) => Object.assign(new Error('no answer'), { code, details: '', metadata: {} });

/** Fails `times` times with `error`, and is counted. */
function answering(times: number, error: Error) {
  let asked = 0;
  async function ask() {
    asked += 1;
    if (asked <= times) throw error;
    return 'described';
  }
  return { ask, asked: () => asked };
}

describe('a question to a schedule', () => {
  it.each([
    ['ran out of time', 4],
    ['was dropped', 1],
  ])('that %s is asked again', async (_, code) => {
    const { ask, asked } = answering(1, grpcError(code));
    expect(await askSchedule(session, ask)).toBe('described');
    expect(asked()).toBe(2);
  });

  it('that nobody ever answers is told to be so', async () => {
    const { ask, asked } = answering(100, grpcError(4));
    await expect(askSchedule(session, ask)).rejects.toThrow(TemporalUnreachable);
    expect(asked()).toBe(4);
  });

  it('that is refused is not asked again', async () => {
    const { ask, asked } = answering(1, grpcError(7));
    await expect(askSchedule(session, ask)).rejects.toThrow(TemporalUnreachable);
    expect(asked()).toBe(1);
  });
});
