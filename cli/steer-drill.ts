import type { Command } from 'commander';
import type { DrillHandle } from '../client/drills/drill-handle.js';
import type { Run } from './command.js';
import { clientConfig, withDrover } from './context.js';
import { EXIT } from './exit-codes.js';

/** The body that commands share which change a drill's schedule: act, and print what was done, in one line or several. */
export function steerDrill(
  command: Command,
  run: Run,
  drill: string,
  act: (handle: DrillHandle) => Promise<{ message: string | string[] } & Record<string, unknown>>,
): Promise<void> {
  return run(command, async (cli) => {
    const { message, ...document } = await withDrover(cli, clientConfig(cli), (drover) => act(drover.drill(drill)));
    const lines = [message].flat();
    cli.out.result(lines, (shown) => shown.join('\n'), { drill, ...document, message: lines.join('\n') });
    return document['effect'] === 'pending' ? EXIT.personNeeded : EXIT.ok;
  });
}
