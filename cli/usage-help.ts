/** What a person does who typed a command that cannot be run: reads the help of the command that was meant. */
import type { Command } from 'commander';

/** `drover drill --help`, of the command that `args` reach as far as they name commands that exist. */
export function usageHelp(program: Command, args: readonly string[]): string {
  let at = program;
  const path = [program.name()];
  for (const [index, word] of args.entries()) {
    const isValue = args[index - 1] === '--config';
    if (word.startsWith('-') || isValue) continue;
    const below = at.commands.find((one) => one.name() === word);
    if (below === undefined) break;
    at = below;
    path.push(word);
  }
  return [...path, '--help'].join(' ');
}
