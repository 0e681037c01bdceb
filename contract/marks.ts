/** The marks under which a run may go on with a replication: its own, and what it bore when the run took it over. Pure. */

/** Where the unit begins in the 32 characters, which a hash with the installation makes; see activities/mark.ts. */
const UNIT = 20;

/** Whether somebody else than this installation has marked it since. @param marks the run's own first */
export function isMarkedByOthers(mark: string | null, marks: readonly string[]): boolean {
  const [own] = marks;
  if (mark === null || own === undefined || marks.includes(mark)) return false;
  return mark.slice(UNIT) !== own.slice(UNIT);
}
