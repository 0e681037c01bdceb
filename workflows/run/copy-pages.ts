/** What is asked of copies that wait: pure. */
import { type ClockOffset, narrowed } from '../../contract/site-clock.js';
import { MOST_COPIES, type WaitingCopiesInput } from '../../contract/waiting-copies.js';
import type { CopyAtGate } from './units.js';

type Question = Omit<WaitingCopiesInput, 'resumedAt'>;

/** One question for each site, or several for many copies. Pure. */
export function pagesOf(copies: CopyAtGate[]): Question[] {
  const sites = new Map<string, CopyAtGate[]>();
  for (const copy of copies) {
    const key = `${copy.memory.site} ${copy.memory.peer}`;
    const known = sites.get(key);
    if (known === undefined) sites.set(key, [copy]);
    else known.push(copy);
  }
  return [...sites.values()].flatMap((its) => {
    const { site = '', peer = '' } = its[0]?.memory ?? {};
    const clock = its.reduce<ClockOffset | null>((all, { memory }) => narrowed(all, memory.clocks[site] ?? null), null);
    const pages = Math.ceil(its.length / MOST_COPIES);
    return Array.from({ length: pages }, (_, n) => ({
      site,
      peer,
      clock,
      copies: its.slice(n * MOST_COPIES, (n + 1) * MOST_COPIES).map(({ vm, replicationId }) => ({ vm, replicationId })),
    }));
  });
}
