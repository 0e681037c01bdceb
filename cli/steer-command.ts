import type { Command } from 'commander';
import type { Drover } from '../client/drover.js';
import { DroverError } from '../client/errors.js';
import type { RunHandle } from '../client/run-handle.js';
import type { SiteHandle } from '../client/site-handle.js';
import { clockWithZone } from '../client/words.js';
import type { Grounds } from '../contract/act.js';
import type { Steered } from '../contract/messages.js';
import { BadInput } from '../plan/source/problem.js';
import { TemporalUnreachable } from '../temporal/unreachable.js';
import type { Run } from './command.js';
import { type Cli, clientConfig, withDrover } from './context.js';
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
  send: (handle: RunHandle, drover: Drover, cli: Cli) => Promise<Steered>,
): Promise<void> {
  return run(command, async (cli) => {
    const done = await applied(() =>
      withDrover(cli, clientConfig(cli), (drover) => send(drover.run(id), drover, cli), typedAs(command)),
    );
    cli.out.result({ run: id, ...done, effect: 'done' }, steeredText);
    if ('run' in done && done.run !== id) cli.out.note(`Follow it: drover watch ${String(done.run)}`);
    return EXIT.ok;
  });
}

/** As {@link steerWith}, for what is told a site. */
export function tellSite(
  command: Command,
  run: Run,
  site: string,
  send: (handle: SiteHandle) => Promise<Steered>,
): Promise<void> {
  return run(command, async (cli) => {
    const done = await applied(() =>
      withDrover(cli, clientConfig(cli), (drover) => send(drover.site(site)), typedAs(command)),
    );
    cli.out.result({ site, ...done, effect: 'done' }, steeredText);
    return EXIT.ok;
  });
}

/** The effect of an act, as of when, and by whom. */
export function steeredText({ message, by, at }: Pick<Steered, 'message' | 'by' | 'at'>): string {
  const who = by === undefined ? [] : [`by ${by}`];
  const when = at === undefined ? [] : [clockWithZone(new Date(at))];
  return [message, ...[[...who, ...when].join(', ')].filter((text) => text !== '')].join('; ');
}

/** `drover drill finish` */
export function typedAs(command: Command): string {
  const names: string[] = [];
  for (let at: Command | null = command; at !== null; at = at.parent) names.unshift(at.name());
  return names.join(' ');
}

/** `--note` and `--ref` of a command that acts, as {@link groundsOf} reads them. */
export function withGrounds(command: Command): Command {
  return command
    .option('--note <text>', 'why, kept with the act and shown in the report')
    .option('--ref <text>', 'the change that it belongs to, such as CHG0042; kept as the note is');
}

export const groundsOf = ({ note, ref }: { note?: string; ref?: string }): Grounds => ({
  ...(note === undefined ? {} : { note }),
  ...(ref === undefined ? {} : { reference: ref }),
});

export async function applied<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw isForeseen(error) && !mayBeApplied(error) ? new NotApplied(error) : error;
  }
}

const mayBeApplied = (error: unknown): boolean => error instanceof DroverError && error.effect !== null;

const isForeseen = (error: unknown): boolean =>
  error instanceof DroverError || error instanceof TemporalUnreachable || error instanceof BadInput;
