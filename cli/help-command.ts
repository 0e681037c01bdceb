/** `help` for commands at any depth; commander's own knows one level, and says nothing of what is not there. */
import type { Command } from 'commander';
import { nearest } from '../plan/source/nearest.js';

/** Gives a command that has commands of its own a `help` that shows theirs. */
export function addHelp(command: Command): void {
  command
    .helpCommand(false)
    .command('help')
    .argument('[command...]', 'default: all of them')
    .description('show help for a command')
    .action((path: string[]) => find(command, path).help());
}

function find(root: Command, path: string[]): Command {
  let at = root;
  for (const [depth, name] of path.entries()) {
    const below = at.commands.find((one) => one.name() === name);
    if (below === undefined) {
      const near = nearest(
        name,
        at.commands.map((one) => one.name()),
      );
      const meant = near.length === 0 ? '' : `\n(Did you mean ${near.join(' or ')}?)`;
      const typed = [...namesOf(root), ...path.slice(0, depth + 1)].join(' ');
      return root.error(`error: unknown command '${typed}'${meant}`, { code: 'commander.unknownCommand' });
    }
    at = below;
  }
  return at;
}

/** The commands on the way to this one, without the program itself. */
function namesOf(command: Command): string[] {
  return command.parent === null ? [] : [...namesOf(command.parent), command.name()];
}
