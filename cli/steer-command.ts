import type { Command } from 'commander';
import type { RunHandle } from '../client/run-handle.js';
import type { Steered } from '../contract/messages.js';
import type { Run } from './command.js';
import { clientConfig, withDrover } from './context.js';
import { EXIT } from './exit-codes.js';

/** The body that commands which steer a run share: send, and print what the run says it did. */
export function steerWith(
  command: Command,
  run: Run,
  id: string,
  send: (handle: RunHandle) => Promise<Steered>,
): Promise<void> {
  return run(command, async (cli) => {
    const { affected, message } = await withDrover(cli, clientConfig(cli), (drover) => send(drover.run(id)));
    cli.out.result(message, { run: id, affected, message });
    return EXIT.ok;
  });
}
