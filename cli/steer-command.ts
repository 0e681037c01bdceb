import type { Command } from 'commander';
import { DroverError } from '../client/errors.js';
import type { RunHandle } from '../client/run-handle.js';
import type { Steered } from '../contract/messages.js';
import { BadInput } from '../plan/source/problem.js';
import { TemporalUnreachable } from '../temporal/unreachable.js';
import type { Run } from './command.js';
import { clientConfig, withDrover } from './context.js';
import { NotApplied } from './errors.js';
import { EXIT } from './exit-codes.js';

/**
 * The body that commands which steer a run share: send, and print what the run says it did. It is done, or kept for a worker,
 * or it is not applied at all: `effect` of the JSON document and the exit code say which.
 */
export function steerWith(
  command: Command,
  run: Run,
  id: string,
  send: (handle: RunHandle) => Promise<Steered>,
): Promise<void> {
  return run(command, async (cli) => {
    const { affected, message } = await applied(() =>
      withDrover(cli, clientConfig(cli), (drover) => send(drover.run(id)), `drover ${command.name()}`),
    );
    cli.out.result(message, { run: id, affected, message, effect: 'done' });
    return EXIT.ok;
  });
}

async function applied<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw isForeseen(error) && !mayBeApplied(error) ? new NotApplied(error) : error;
  }
}

const mayBeApplied = (error: unknown): boolean => error instanceof DroverError && error.effect !== null;

const isForeseen = (error: unknown): boolean =>
  error instanceof DroverError || error instanceof TemporalUnreachable || error instanceof BadInput;
