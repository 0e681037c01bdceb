/** Sets the stage, has something done on it within the bound, and clears it whatever came of it. */
import type { VmChange } from '../simulator/index.js';
import type { Env } from '../temporal/connection.js';
import { boundedBy } from './bound.js';
import { clusterTools } from './cluster-tools.js';
import { Journal } from './journal.js';
import { leftProcesses } from './left-processes.js';
import type { ChaosOptions } from './options.js';
import { type Stage, setStage } from './stage.js';

export interface OnStage {
  options: ChaosOptions;
  vmChanges?: VmChange[];
  env: Env;
  say: (line: string) => void;
  /** a person interrupts it */
  signal: AbortSignal;
}

type Play<T> = (stage: Stage, journal: Journal, bound: AbortSignal) => Promise<T>;

export async function onStage<T>(
  { options, vmChanges = [], env, say, signal }: OnStage,
  play: Play<T>,
): Promise<{ done: T; journal: Journal; leftProcesses: string[] }> {
  // Building them takes longer than a run may, once.
  if (options.cluster) await clusterTools(env, say);
  const { signal: bound, release } = boundedBy(signal, options.minutes * 60_000);
  const closers: (() => Promise<unknown>)[] = [];
  let pids: () => number[] = () => [];
  let done: T;
  const journal = new Journal(say);
  try {
    const given = { options, vmChanges, env, journal, say, signal: bound };
    const stage = await setStage(given, (close) => closers.unshift(close));
    pids = stage.pids;
    done = await play(stage, journal, bound);
  } finally {
    release();
    for (const close of closers) {
      // One part that cannot be cleared must not keep the others.
      await close().catch((error: unknown) => say(`clearing up: ${String(error)}`));
    }
  }
  signal.throwIfAborted();
  return { done, journal, leftProcesses: await leftProcesses(pids()) };
}
