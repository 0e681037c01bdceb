/** Who has recovered a VM by its replication, where this run has not: by the tasks of its site. */
import { cancellationSignal } from '@temporalio/activity';
import type { RecoveredBy, RecoveredByInput } from '../contract/questions.js';
import { type CallOptions, type Task, taskEnd, VcdaError } from '../vcda/index.js';
import { type ActivityDeps, configured } from './deps.js';
import { unextended } from './extension.js';
import { beating } from './heartbeat.js';
import { passingOver } from './passed-over.js';
import { relation } from './relation.js';

const TURNS = ['failover', 'migrate', 'reverse'] as const;

export function createRecoveredByActivities(deps: ActivityDeps) {
  return {
    /** Never fails for what the site answers, or does not, nor waits for it: null is that it does not tell. */
    async whoRecovered(input: RecoveredByInput): Promise<RecoveredBy | null> {
      const { peer, replicationId, resumedAt } = input;
      return beating(
        () => null,
        async () => {
          try {
            const site = configured(deps, input.site);
            const options = { peer, resumedAt, signal: cancellationSignal(), unreadable: passingOver(site) };
            const ask = (local: CallOptions) => site.tasks({ resourceId: replicationId }, local);
            return newestOf(await unextended(options, ask), input);
          } catch (error) {
            if (!(error instanceof VcdaError)) throw error;
            return null;
          }
        },
      );
    },
  };
}

/** What was recovered before its last reverse was is not what is recovered now. Pure. */
export function newestOf(
  tasks: Task[],
  { vm, replicationId }: Pick<RecoveredByInput, 'vm' | 'replicationId'>,
): RecoveredBy | null {
  const all = TURNS.flatMap((kind) =>
    tasks.flatMap((task) => {
      const asked = { kind, vm, replicationId, operationId: '' };
      const isIt = taskEnd(task) !== 'failed' && relation(task, asked) === 'same';
      return isIt ? [{ kind, task }] : [];
    }),
  ).sort((a, b) => (b.task.startTime ?? 0) - (a.task.startTime ?? 0));
  const [newest] = all;
  if (newest === undefined || newest.kind === 'reverse') return null;
  const { kind, task } = newest;
  return { kind, taskId: task.id, isUnderWay: taskEnd(task) === null, who: task.user ?? null };
}
