/** Lists: of an answer, the items are checked one by one. */
import { z } from 'zod';
import { maybeNumber } from './common.js';

/** [doc V35] envelope of paged lists; some lists are bare arrays, and which ones is documented for a few only */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (body) => (Array.isArray(body) ? { items: body, total: body.length } : body),
    z.looseObject({ items: z.array(item), offset: maybeNumber, limit: maybeNumber, total: maybeNumber }),
  );

export const page = pageOf(z.unknown());

export interface Page<T> {
  items: T[];
  total?: number | null | undefined;
}
