/** Where VMs stand before their cutover, in words for whoever has approved them: pure. */
import type { Standing } from '../../contract/shard.js';

type At = keyof Standing;

/** Of one, and of many; in the order in which they are told. */
const WORDS: Record<At, [one: string, many: string]> = {
  now: ['can go on now', 'can go on now'],
  copying: ['is still copying', 'are still copying'],
  window: ['waits for its window', 'wait for their window'],
  dependency: [
    'waits for its wave, or for VMs that it comes after',
    'wait for their wave, or for VMs that they come after',
  ],
  capacity: ['waits for a free place', 'wait for a free place'],
  pause: ['waits for drover resume', 'wait for drover resume'],
  until: [
    'waits for drover resume, since the run stops once all is copied',
    'wait for drover resume, since the run stops once all is copied',
  ],
  claim: ['waits for another run that has it', 'wait for other runs that have them'],
  hold: ['is held until drover resume', 'are held until drover resume'],
  brake: ["waits for the site's brake", "wait for the site's brake"],
  store: ['waits for the store', 'wait for the store'],
  approval: ['waits for an approval of its own', 'wait for approvals of their own'],
  missed: ['has missed its window', 'have missed their window'],
};

/** What is said of some in another way, which depends on the run. */
export type Words = Partial<Record<At, [one: string, many: string]>>;

/** `3 VMs can go on now, 2 are still copying`; null: there is none. */
export function standingInWords(standing: Standing, other: Words = {}): string | null {
  const parts = (Object.keys(WORDS) as At[]).flatMap((at): [number, string][] => {
    const count = standing[at] ?? 0;
    const [one, many] = other[at] ?? WORDS[at];
    return count === 0 ? [] : [[count, count === 1 ? one : many]];
  });
  if (parts.length === 0) return null;
  return parts
    .map(([count, words], n) => (n === 0 ? `${count} ${count === 1 ? 'VM' : 'VMs'} ${words}` : `${count} ${words}`))
    .join(', ');
}

export function summed(standings: Standing[]): Standing {
  const all: Standing = {};
  for (const standing of standings)
    for (const [at, count] of Object.entries(standing) as [At, number][]) all[at] = (all[at] ?? 0) + count;
  return all;
}
