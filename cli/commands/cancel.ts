import { NoWorker, WorkflowFailing } from '../../client/errors.js';
import type { RunHandle } from '../../client/run-handle.js';
import type { Steered } from '../../contract/messages.js';
import { type AddCommand, examples } from '../command.js';
import { CancelPending } from '../errors.js';
import { steerWith } from '../steer-command.js';

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

/** A whole run can be cancelled without a worker: Temporal keeps the request, which is said rather than taken for done. */
async function cancelRun(handle: RunHandle): Promise<Steered> {
  try {
    return await handle.cancel();
  } catch (error) {
    if (error instanceof NoWorker || error instanceof WorkflowFailing) {
      await handle.requestCancel();
      throw new CancelPending(handle.run, error);
    }
    throw error;
  }
}
