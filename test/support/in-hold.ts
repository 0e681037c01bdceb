/** Drills to which something happens in their hold, within a time that they have. */
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Drill } from '../../plan/types.js';
import { drillOf, protect, startDrill } from './drills.js';
import { type Lab, type LabOptions, withLab } from './lab.js';
import { until } from './until.js';

interface InHold {
  options: LabOptions;
  change: (lab: Lab) => Partial<Drill>;
  /** in its hold */
  happens: (lab: Lab) => void;
  /** @throws TooShort */
  judge: (lab: Lab, drill: Awaited<ReturnType<typeof startDrill>>) => Promise<void>;
  /** ms that the drill has */
  least?: number;
}

/** The time that a drill had was too short to judge it by. */
export class TooShort extends Error {}

/** What happens to a drill in its hold: where a machine is so busy that its time is over meanwhile, another is given more. */
export async function inHold({ options, change, happens, judge, least = 12_000 }: InHold): Promise<void> {
  let isJudged = false;
  for (let timeout = least; !isJudged; timeout *= 3) {
    await withLab(options, async (lab) => {
      await protect(lab);
      const drill = await startDrill(lab, drillOf(lab, { hold: 3_600_000, timeout, ...change(lab) }));
      const phase = async () => (await drill.report()).drill?.phase ?? '';
      if ((await until(phase, (now) => ['hold', 'clean-up', 'done'].includes(now))) !== 'hold') return;
      happens(lab);
      if ((await phase()) !== 'hold') return;
      isJudged = true;
      await judge(lab, drill).catch((error: unknown) => {
        // Of a drill that is over by itself, nothing can be said to it any more.
        if (!(error instanceof TooShort) && !(error instanceof WorkflowNotFoundError)) throw error;
        isJudged = false;
      });
    });
  }
}
