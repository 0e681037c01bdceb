/** What a poll has seen of a watch. */
import type { Task, VmReplication } from '../vcda/index.js';

export interface Seen {
  /** undefined: no task id, or the site does not list it */
  task: Task | undefined;
  /** the site has shown the task before: missing now, it is over and forgotten */
  wasListed: boolean;
  /** null: the site has none; undefined: not asked */
  replication: VmReplication | null | undefined;
  /** ms for which the task (or in the sync phase the replication) has not been listed, has contradicted itself, or has been in error */
  amissFor: number;
  /** the replication has been missing for so long that it is believed; absent: as long as something has been amiss */
  isGone?: boolean;
}

export const isBelievedGone = ({ isGone, amissFor }: Seen, settle: number): boolean => isGone ?? amissFor >= settle;
