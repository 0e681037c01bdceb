/** What the workflow of a VM is told of an operation of its own: plain JSON. Times are epoch ms. */
import type { ReplicationSummary } from './replication.js';
import type { Watch } from './watch.js';

/** What the error table says when a code ends a task: fail the VM, do the step again, or wait for a person. */
export type TaskMeaning = 'fail' | 'retry' | 'hold';

export interface NoticeError {
  code: string;
  message: string;
  /** the next step for a person; null: there is none. Absent in what 0.1 recorded */
  advice: string | null;
  meaning: TaskMeaning;
  /** how the step is done again, as the row says for answers too: ms */
  retry: { initial: number; max: number; for: number };
}

/** What a task says went wrong though it succeeded, such as a VM that could not be powered on. */
export interface TaskWarning {
  code: string;
  message: string;
}

/** Told to a VM's workflow when a phase of its operation is over. */
export interface Notice {
  operationId: string;
  phase: 'task' | 'sync';
  ok: boolean;
  taskId: string | null;
  replicationId: string | null;
  replication: ReplicationSummary | null;
  error: NoticeError | null;
  /** absent: none */
  warnings?: TaskWarning[];
  /** when it was seen that the phase was over, by the worker's clock */
  at: number;
  /** the task's own end, by the site's clock; null or absent: the site does not tell it */
  endedAt?: number | null;
}

/** What a VM is told of an operation that cannot go on at the moment, though it may by itself; null: it goes on. */
export interface OperationTrouble {
  operationId: string;
  phase: Watch['phase'];
  trouble: { code: string; message: string; advice: string | null; since: number; until: number | null } | null;
}
