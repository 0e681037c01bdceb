import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../plan/secret.js';
import { sentInTurn } from '../../vcda/http/login-turns.js';
import type { Call } from '../../vcda/http/transport.js';
import type { LoginOutcome, LoginTurns } from '../../vcda/index.js';

/** One turn at a time, as the workflow of a site keeps it. */
class OneTurn implements LoginTurns {
  readonly ended: (LoginOutcome | null)[] = [];
  begun = 0;

  async begin() {
    if (this.begun > this.ended.length) throw new Error('it waits for the end of a turn that is its own');
    this.begun += 1;
    return {
      salt: null,
      refused: [],
      end: async (outcome: LoginOutcome | null) => {
        this.ended.push(outcome);
      },
    };
  }

  renewed() {}

  refused() {}
}

describe('a login in turn', () => {
  it('keeps its turn when it is asked once more whether it may leave, and ends it once', async () => {
    const turns = new OneTurn();
    const transport = {
      // As where the site's limiter has no room any more by the time that the turn has come.
      async send({ beforeSend }: Call) {
        await beforeSend?.();
        await beforeSend?.();
        return { status: 200, headers: new Headers(), body: {}, bytes: 2 };
      },
    };
    const call: Call = { method: 'POST', path: '/sessions' };
    await sentInTurn(turns, transport, call, {
      site: 'lyon',
      login: { type: 'vcdCredentials', user: 'ops@acme', password: new Secret('drover-sim') },
      asked: { at: 0, after: 0 },
      isRefusal: () => false,
      isCurrent: () => true,
      refusedBefore: () => {
        throw new Error('none was');
      },
    });
    expect(turns.begun).toBe(1);
    expect(turns.ended).toEqual([expect.objectContaining({ refused: null })]);
  });
});
