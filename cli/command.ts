/** How a command is declared: its arguments and options, an example, and an action that answers an exit code. */
import type { Command } from 'commander';
import type { Cli } from './context.js';

/** Runs an action with its context; turns what it throws into a message and an exit code. */
export type Run = (command: Command, action: (cli: Cli) => Promise<number>) => Promise<void>;

/** Adds one command to the program. */
export type AddCommand = (program: Command, run: Run) => void;

/** Examples below a command's help. */
export function examples(...lines: string[]): string {
  return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}
