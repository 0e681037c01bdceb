/** What it means for runs that an item of a site's list cannot be read: said in logs and by `drover doctor`. */
import { iso } from '../contract/moment.js';
import type { UnreadableItem } from '../vcda/index.js';

const REPLICATIONS = '/vm-replications';

const UNNAMED =
  'it may be of any VM: one that has no replication which can be read waits where this item alone is listed for it, where ' +
  'the answer to its start was lost, and where a run looks for its replication; a first start where the site lists others ' +
  'too does not wait, nor does a VM whose replication is known';

/** Of the other lists, by their paths. */
const OF_LISTS: [RegExp, string][] = [
  [
    /^\/tasks$/,
    'an operation whose answer was lost, and whose task it may be, waits; a VM that waits for this very task has it asked for alone; nothing else waits',
  ],
  [
    /^\/inventory\//,
    'no VM waits: the one that it is of counts as on, its name is not compared with the plan, and it is no sign that a VM was moved before',
  ],
  [/\/instances$/, 'no VM waits: this point in time is not used'],
];

/** Which VMs an item blocks, and which it does not. */
export function meaningOf({ path, given }: Pick<UnreadableItem, 'path' | 'given'>): string {
  if (path !== REPLICATIONS) return OF_LISTS.find(([of]) => of.test(path))?.[1] ?? 'no VM waits: it is passed over';
  const vmId = vmIdIn(given);
  return vmId === null
    ? UNNAMED
    : `a run that starts VM ${vmId}, or looks for its replication, waits until the item can be read; no other VM does`;
}

/** The VM that an item names, as sites that can be read are read; null: none. */
export function vmIdIn(given: unknown): string | null {
  const { vmId } = recordOf(given);
  return typeof vmId === 'string' ? vmId.toLowerCase() : null;
}

/** Empty for what is no object. */
export const recordOf = (given: unknown): Record<string, unknown> =>
  typeof given === 'object' && given !== null ? { ...given } : {};

/** Of many the first few: for a person, each with its list, when it was seen last, and what follows. */
export function unreadableInWords(seen: { item: UnreadableItem; lastAt: number }[]): string {
  const meanings = [...new Set(seen.map(({ item }) => meaningOf(item)))];
  return meanings
    .map((meaning) => {
      const those = seen.filter(({ item }) => meaningOf(item) === meaning);
      const shown = those
        .slice(0, 3)
        .map(({ item, lastAt }) => `${item.path}: ${item.detail} (last listed ${iso(lastAt)})`);
      const more = those.length > shown.length ? ` and ${those.length - shown.length} more` : '';
      return `${shown.join(', ')}${more}: ${meaning}`;
    })
    .join('; ');
}
