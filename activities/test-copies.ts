/** Whose a test copy is that a replication shows, where no operation of a drill is known to have made it. */
import { cancellationSignal } from '@temporalio/activity';
import { operationId } from '../contract/names.js';
import type { Whose } from '../contract/operation.js';
import type { WhoseCopyInput } from '../contract/questions.js';
import { taskEnd, VcdaError } from '../vcda/index.js';
import { type ActivityDeps, configured } from './deps.js';
import { unextended } from './extension.js';
import { failureOf } from './failures.js';
import { beating } from './heartbeat.js';
import { whoseEffect } from './ownership.js';
import type { Reachability } from './reachability.js';

/** As often as a step is done again. */
const TRIES = 5;

export function createTestCopyActivities(deps: ActivityDeps, reachability: Reachability) {
  return {
    /** By the tasks of the site since a drill was about to make one. @throws ApplicationFailure `Hold`; else VCDA's code */
    async whoseTestCopy(input: WhoseCopyInput): Promise<Whose> {
      const { run, peer, vm, replicationId, since, knownTasks, resumedAt } = input;
      const site = configured(deps, input.site);
      const options = { peer, resumedAt, signal: cancellationSignal() };
      const kind = 'failover-test';
      return beating(
        () => null,
        async ({ attempt }) => {
          try {
            let last = operationId(run, vm.id, kind, 1);
            const own: string[] = [];
            for (let tries = 1; tries <= TRIES; tries += 1) {
              const id = operationId(run, vm.id, kind, tries);
              const its = await unextended(options, (local) => site.tasksOfOperation(id, local));
              if (its === null) break;
              const done = its.filter((task) => taskEnd(task) !== 'failed');
              if (done.length > 0) last = id;
              own.push(...done.map((task) => task.id));
            }
            const asked = { kind, vm, replicationId, requestedAt: since, operationId: last } as const;
            const known = [...new Set([...knownTasks, ...own])];
            // Somebody else may have cleaned up what a task of ours made, and have tested by themselves since.
            const whose = await whoseEffect(deps, site, { ...asked, run, knownTasks: known }, null, options, true);
            return whose.is === 'unknown' && own.length > 0 ? { is: 'ours' } : whose;
          } catch (error) {
            if (error instanceof VcdaError) await reachability.failed(error.site, error);
            throw failureOf(error, { question: 'test copy', vm }, attempt, deps.sites.rules);
          }
        },
      );
    },
  };
}
