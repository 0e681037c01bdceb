/** A workflow that starts one timer for each signal: whoever shows it signals in other portions makes it decide otherwise. */
import { condition, defineQuery, defineSignal, setHandler, sleep } from '@temporalio/workflow';

export const hitSignal = defineSignal('hit');
/** signals that it has heard */
export const hitsQuery = defineQuery<number>('hits');

/** Ends when it has heard `most` signals and their timers have fired. */
export async function counter(most: number): Promise<void> {
  let heard = 0;
  setHandler(hitSignal, () => {
    heard += 1;
  });
  setHandler(hitsQuery, () => heard);
  for (let timed = 0; timed < most; ) {
    await condition(() => heard > timed);
    const fresh = heard - timed;
    timed = heard;
    await Promise.all(Array.from({ length: fresh }, () => sleep(200)));
  }
}
