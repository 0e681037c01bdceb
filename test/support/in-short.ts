/**
 * A table of cases that one rule treats alike, each of which costs a lab: `npm test` takes some, `npm run test:long`
 * all. jest.long.config.js finds the files by the name of this function.
 */

const isLong = process.env.DROVER_TEST_LONG !== undefined;

/**
 * @param isShort whether a case is one of the few; say at the call why these
 * @throws RangeError when none is: the short form would show nothing
 */
export function inShort<T>(table: readonly T[], isShort: (row: T) => boolean): readonly T[] {
  const few = table.filter(isShort);
  if (few.length === 0) throw new RangeError('no case of the table is left for the short form');
  return isLong ? table : few;
}
