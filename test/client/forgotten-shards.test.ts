/** What a run has left out of its rows, so that its messages stay small, is told by the store. */
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { StoreUnanswered } from '../../client/errors.js';
import { ForgottenShards } from '../../client/forgotten-shards.js';
import { type Part, partsOf } from '../../client/kept-units.js';
import type { Session } from '../../client/session.js';
import type { VmReport } from '../../contract/report.js';
import { report, vm } from '../support/reports.js';

/** A store, as far as its answers and the number of questions under way are concerned. */
class Answering extends ForgottenShards {
  readonly #rows: VmReport[] | Error;
  readonly asked: Part[] = [];

  constructor(rows: VmReport[] | Error) {
    super({} as Session, report([]));
    this.#rows = rows;
  }

  protected override async ask(part: Part): Promise<VmReport[]> {
    this.asked.push(part);
    if (this.#rows instanceof Error) throw this.#rows;
    return this.#rows;
  }
}

const cut = vm('a', { state: 'failed', cut: { operations: 4, warnings: 1 } });
const whole = vm('a', { state: 'failed', notes: ['all of it'] });
const open = vm('b', { state: 'running' });

describe('rows of which a run has left something out', () => {
  it('are as the store has them; the others as the run does', async () => {
    expect(await new Answering([whole, vm('b')]).whole([cut, open], 0)).toEqual([whole, open]);
  });

  it('are read alone, wherever they are in the plan, and but once', async () => {
    const store = new Answering([whole]);
    expect(await store.whole([open, open, cut, open], 500)).toEqual([open, open, whole, open]);
    expect(await store.whole([cut], 502)).toEqual([whole]);
    expect(store.asked).toEqual([{ from: 502, until: 503 }]);
  });

  it('stay as they are while the store does not answer, which is asked again', async () => {
    const store = new Answering(new StoreUnanswered('away', 'wait'));
    expect(await store.whole([cut, open], 0)).toEqual([cut, open]);
    expect(await store.whole([cut, open], 0)).toEqual([cut, open]);
    expect(store.asked).toHaveLength(2);
  });

  it('cost no question where there are none', async () => {
    const store = new Answering([]);
    expect(await store.whole([open], 0)).toEqual([open]);
    expect(store.asked).toEqual([]);
  });
});

describe('shards that Temporal has forgotten', () => {
  it('are read once each, few at a time', async () => {
    let [now, most] = [0, 0];
    class Busy extends Answering {
      protected override async ask(part: Part): Promise<VmReport[]> {
        most = Math.max(most, ++now);
        await turn();
        now -= 1;
        return super.ask(part);
      }
    }
    const store = new Busy([whole]);
    const all = () => Promise.all(Array.from({ length: 20 }, (_, shard) => store.rowsOf(shard)));
    expect((await all()).flat()).toHaveLength(20);
    await all();
    expect(store.asked).toHaveLength(20);
    expect(most).toBeLessThanOrEqual(4);
  });
});

describe('the parts in which the store is read', () => {
  it('follow each other, and the last has all that is left', () => {
    expect(partsOf(0)).toEqual([{ from: 0, until: 2 ** 31 - 1 }]);
    expect(partsOf(1_001)).toEqual([
      { from: 0, until: 500 },
      { from: 500, until: 1_000 },
      { from: 1_000, until: 2 ** 31 - 1 },
    ]);
  });
});
