import type { Steered } from '../../workflows/messages.js';
import { type AddCommand, examples } from '../cli/command.js';
import { steerWith } from '../cli/steer-command.js';
import { NoWorker, WorkflowFailing } from '../errors.js';
import type { RunHandle } from '../run-handle.js';

export const addCancel: AddCommand = (program, run) => {
  const command = program
    .command('cancel')
    .argument('<run>', 'id of the run')
    .argument('[vm]', 'only this VM, by id or name')
    .description('cancel a run, or one VM of it')
    .addHelpText('after', examples('drover cancel paris-exit-20261205', 'drover cancel paris-exit-20261205 web1'))
    .action((id: string, vm: string | undefined) =>
      steerWith(command, run, id, (handle) => (vm === undefined ? cancelRun(handle) : handle.cancel(vm))),
    );
};

/** A whole run can be cancelled without a worker: Temporal keeps the request, and says so rather than pretending it is done. */
async function cancelRun(handle: RunHandle): Promise<Steered> {
  try {
    return await handle.cancel();
  } catch (error) {
    if (!(error instanceof NoWorker) && !(error instanceof WorkflowFailing)) {
      throw error;
    }
    await handle.requestCancel();
    throw error instanceof NoWorker ? new NoWorker(error.taskQueue, ...recorded(handle.run, error)) : error;
  }
}

function recorded(run: string, { taskQueue }: NoWorker): [what: string, next: string] {
  return [
    `No worker answers on task queue ${taskQueue}. The cancellation of run ${run} is recorded with Temporal, and takes effect as soon as a worker runs.`,
    'start one with: drover worker',
  ];
}
