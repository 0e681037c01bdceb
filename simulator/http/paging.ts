import { badRequest } from '../errors.js';
import type { Query } from './request.js';

const DEFAULT_LIMIT = 100;

export interface Page<T> {
  items: T[];
  offset: number;
  limit: number;
  total: number;
}

export function number(query: Query, name: string): number | undefined {
  const text = query[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw badRequest(`Query parameter '${name}' is not a whole number.`, [name]);
  return value;
}

export function list(query: Query, name: string): string[] | undefined {
  return query[name]
    ?.split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** What a list call selects: candidates, and a test that each must pass. No generator: this is the hot path. */
export interface Selection<T> {
  all: Iterable<T>;
  holds?: (item: T) => boolean;
}

/** One page; only its own items are rendered. A limit above the ceiling is replaced by 100 [doc V35 tasks/get]. */
export function page<T, R>(
  query: Query,
  ceiling: number,
  { all, holds = () => true }: Selection<T>,
  render: (item: T) => R,
): Page<R> {
  const offset = number(query, 'offset') ?? 0;
  const wanted = number(query, 'limit') ?? DEFAULT_LIMIT;
  if (offset < 0) throw badRequest("Query parameter 'offset' is negative.", ['offset']);
  if (wanted < 1) throw badRequest("Query parameter 'limit' is not positive.", ['limit']);
  const limit = wanted > ceiling ? DEFAULT_LIMIT : wanted;
  const items: R[] = [];
  let total = 0;
  for (const item of all) {
    if (!holds(item)) continue;
    if (total >= offset && items.length < limit) items.push(render(item));
    total++;
  }
  return { items, offset, limit, total };
}
