import type { ActiveFault } from '../faults.js';
import { isRecord } from './is-record.js';

/** An answer of which one item cannot be read: of a page, of a bare array, or the answer itself. */
export function garble(answer: unknown, faults: readonly ActiveFault[]): unknown {
  let garbled = answer;
  for (const fault of faults) garbled = garbleOne(garbled, fault);
  return garbled;
}

function garbleOne(answer: unknown, fault: ActiveFault): unknown {
  if (Array.isArray(answer)) return garbleItem(answer, fault);
  if (!isRecord(answer)) return answer;
  const { items } = answer;
  return Array.isArray(items) ? { ...answer, items: garbleItem(items, fault) } : broken(answer, fault);
}

function garbleItem(items: unknown[], fault: ActiveFault): unknown[] {
  const wanted = fault.item ?? 0;
  return items.map((item, i) => {
    const meant = typeof wanted === 'number' ? i === wanted : isRecord(item) && item['id'] === wanted;
    return meant ? broken(item, fault) : item;
  });
}

function broken(item: unknown, { as, members }: ActiveFault): unknown {
  if (as === 'null') return null;
  if (as === 'text') return 'item cannot be rendered';
  if (!isRecord(item)) return item;
  if (members !== undefined) return { ...item, ...members };
  if (as === 'no-id') return { ...item, id: null };
  const change = as === 'wrong-types' ? otherType : () => null;
  const changed = Object.fromEntries(Object.entries(item).map(([name, value]) => [name, change(value)]));
  return { ...changed, id: item['id'] };
}

function otherType(value: unknown): unknown {
  if (typeof value === 'number') return 'NaN';
  if (typeof value === 'string') return { value };
  return typeof value === 'boolean' ? 7 : 'text';
}
