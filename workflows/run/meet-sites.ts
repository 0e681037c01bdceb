/** Before anything is asked of two sites: whether the workers know them. */
import { ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { VmInput } from '../../contract/inputs.js';
import type { Pause } from '../../contract/shard.js';
import { openSite, siteSettingsWithin } from '../activities.js';
import { adviceIn } from '../vm/steps/step-errors.js';

export type Patience = Pick<VmInput, 'selfCheck' | 'missingFor'>;

/** A run or drill that can be paused, and go on. */
interface Pausable {
  pause(reason: Pause): void;
  isPaused(): boolean;
  isOver(): boolean;
}

interface Between {
  source: { site: string };
  destination: { site: string };
}

/**
 * A run that names a site which no worker knows waits for one that does; who reads it is told so, since Temporal knows who
 * polls the queue of a site. One that was refused its sites, as earlier workers did, holds until a person has acted.
 * @param until epoch ms at which it is over all the same; default: never
 * @returns null: it was over before the sites were met
 */
export async function meetSites(plan: Between, run: Pausable, until: number | null = null): Promise<Patience | null> {
  while (!run.isOver()) {
    try {
      return await unlessOver(run, () => met(plan, until));
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      if (cause instanceof TimeoutFailure) return null;
      if (!(cause instanceof ApplicationFailure)) throw error;
      run.pause({ message: cause.message, advice: adviceIn(error) });
      const mayGoOn = () => !run.isPaused() || run.isOver();
      if (until === null) await condition(mayGoOn);
      else if (!(await condition(mayGoOn, Math.max(1, until - Date.now())))) return null;
    }
  }
  return null;
}

async function met({ source, destination }: Between, until: number | null): Promise<Patience> {
  const ask = (site: string) =>
    siteSettingsWithin(until === null ? null : Math.max(1, until - Date.now())).siteSettings(site);
  await ask(source.site);
  const { selfCheck, missingFor } = await ask(destination.site);
  await openSite(destination.site);
  return { selfCheck, missingFor };
}

/** What nobody answers must not keep a run open that a person has cancelled. */
async function unlessOver<T>(run: Pick<Pausable, 'isOver'>, ask: () => Promise<T>): Promise<T | null> {
  const scope = new CancellationScope();
  let isAnswered = false;
  const answer = scope.run(ask).finally(() => {
    isAnswered = true;
  });
  answer.catch(() => {});
  await condition(() => isAnswered || run.isOver());
  if (!isAnswered) scope.cancel();
  try {
    return await answer;
  } catch (error) {
    if (isCancellation(error) && run.isOver()) return null;
    throw error;
  }
}
