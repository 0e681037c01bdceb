import { ActPending, NoWorker, WorkflowFailing } from '../../client/errors.js';
import type { RunHandle } from '../../client/run-handle.js';
import type { Grounds } from '../../contract/act.js';
import type { Steered } from '../../contract/messages.js';
import { TemporalUnreachable } from '../../temporal/unreachable.js';
import { type AddCommand, examples } from '../command.js';
import { CancelPending, CancelUnknown } from '../errors.js';
import { groundsOf, steerWith, withGrounds } from '../steer-command.js';

export const addCancel: AddCommand = (program, run) => {
  const command = withGrounds(program.command('cancel'))
    .argument('<run>', 'id of the run')
    .argument('[target]', 'only this wave or VM, as for approve')
    .description('cancel a run, a wave of it, or one VM')
    .addHelpText('after', examples('drover cancel paris-exit-20261205', 'drover cancel paris-exit-20261205 web1'))
    .action((id: string, target: string | undefined, options: { note?: string; ref?: string }) => {
      const grounds = groundsOf(options);
      return steerWith(command, run, id, (handle) =>
        target === undefined ? cancelRun(handle, grounds) : handle.cancel(target, grounds),
      );
    });
};

/** A whole run can be cancelled without a worker: Temporal keeps the request, which is said rather than taken for done. */
async function cancelRun(handle: RunHandle, grounds: Grounds): Promise<Steered> {
  try {
    return await handle.cancel(undefined, grounds);
  } catch (error) {
    if (error instanceof NoWorker || error instanceof ActPending || error instanceof WorkflowFailing) {
      await leaveCancel(handle);
      throw new CancelPending(handle.run, error);
    }
    throw error;
  }
}

async function leaveCancel(handle: RunHandle): Promise<void> {
  try {
    await handle.requestCancel();
  } catch (error) {
    throw error instanceof TemporalUnreachable ? new CancelUnknown(handle.run, error) : error;
  }
}
