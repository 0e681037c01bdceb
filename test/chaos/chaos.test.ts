/**
 * The short form of chaos.long.ts: fewer VMs, side by side. Sites where least can be told are there alone;
 * test/workflows/vm/assumptions.test.ts has each alternative without a strike.
 */
import { describe, expect, it } from '@jest/globals';
import { chaos, type Document } from './run-chaos.js';

/** ms; a killed worker costs a heartbeat's time-out and a little more, a busy machine adds to it */
const MOVES_WITHIN = 240_000;

/** But how soon VMs move again, which is judged by {@link MOVES_WITHIN} here: a busy machine adds to what people may expect. */
const wrongIn = ({ violations }: Document['verdict']) => violations.filter(({ item }) => item !== 'recovery');

describe('under fire, in short', () => {
  it.concurrent('8 VMs lose nothing and do nothing twice: 2 strikes on workers, the server killed, 5 % of calls cut', async () => {
    const { verdict, carried, totals } = await chaos(
      '--vms 8 --kills 2 --server-kills 1 --workers 2 --seed 1 --minutes 12',
    );
    expect(wrongIn(verdict)).toEqual([]);
    expect(carried).toMatchObject({ strikes: 2, serverStrikes: 1 });
    expect(totals).toMatchObject({ vms: 8, succeeded: 8 });
    // One strike at least leaves nobody alive, and VMs move soon after it.
    expect(verdict.recovery.times.length).toBeGreaterThan(0);
    expect(verdict.recovery.median).toBeLessThan(MOVES_WITHIN);
  }, 900_000);

  const SMALL = '--vms 4 --kills 1 --server-kills 0 --workers 1 --minutes 12';

  it.concurrent('no VM of three runs and a drill is touched by one that does not hold it', async () => {
    const { verdict, carried } = await chaos(`--meet --acts 6 ${SMALL} --seed 1`);
    expect(wrongIn(verdict)).toEqual([]);
    expect(carried).toMatchObject({ strikes: 1 });
  }, 900_000);
});
