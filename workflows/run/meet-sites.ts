/** Before anything is asked of two sites: whether the workers know them. */
import { ApplicationFailure, condition } from '@temporalio/workflow';
import type { VmInput } from '../../contract/inputs.js';
import type { Pause } from '../../contract/shard.js';
import { openSite, siteSettings } from '../activities.js';
import { adviceIn } from '../vm/steps/step-errors.js';

export type Patience = Pick<VmInput, 'selfCheck' | 'missingFor'>;

/** A run or drill that can be paused, and go on. */
interface Pausable {
  pause(reason: Pause): void;
  isPaused(): boolean;
  isOver(): boolean;
}

/**
 * A run that names other sites holds until a person has corrected the config.
 * @param until epoch ms at which it is over all the same; default: never
 * @returns null: it was over before the sites were met
 */
export async function meetSites(
  { source, destination }: { source: { site: string }; destination: { site: string } },
  run: Pausable,
  until: number | null = null,
): Promise<Patience | null> {
  while (!run.isOver()) {
    try {
      await siteSettings(source.site);
      const { selfCheck, missingFor } = await siteSettings(destination.site);
      await openSite(destination.site);
      return { selfCheck, missingFor };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof ApplicationFailure ? error.cause : undefined;
      if (cause === undefined) throw error;
      run.pause({ message: cause.message, advice: adviceIn(error) });
      const mayGoOn = () => !run.isPaused() || run.isOver();
      if (until === null) await condition(mayGoOn);
      else if (!(await condition(mayGoOn, Math.max(1, until - Date.now())))) return null;
    }
  }
  return null;
}
