import { RUN_ID } from '../contract/names.js';
import { two } from '../contract/words.js';
import { BadRunId } from './errors.js';

const LONGEST = 100;

/**
 * The id of a run whose caller chose none: the plan's name and the local date, so that starting the same plan twice on
 * one day means the same run.
 */
export function defaultRunId(planName: string, now: Date): string {
  const date = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const name = planName
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .replace(/-+$/, '')
    .slice(0, LONGEST - date.length - 1);
  return `${name === '' ? 'run' : name}-${date}`;
}

export function isRunId(text: string): boolean {
  return RUN_ID.test(text);
}

/** The id of a run of a plan or drill: the one that was asked for, else name and date. @throws {@link BadRunId} */
export function chooseRunId(name: string, id: string | undefined, now: Date): string {
  const run = id ?? defaultRunId(name, now);
  if (!isRunId(run)) {
    throw new BadRunId(run);
  }
  return run;
}
