import { z } from 'zod';
import { type CheckOptions, check, keysOf, quote, valueAt } from '../source/check.js';
import type { Problem } from '../source/problem.js';
import type { Source } from '../source/yaml-document.js';
import type { CheckCommand } from '../types.js';
import * as schema from './config-schema.js';

/** Reads `worker.checks` of the config: the programs that drills may run, by the names that drills give them. */
export function readCommands(source: Source, problems: Problem[], options: CheckOptions): Record<string, CheckCommand> {
  const path = ['worker', 'checks'];
  const written = valueAt(source.value, path) ?? null;
  const commands: Record<string, CheckCommand> = {};
  if (written === null || !check(z.record(z.string(), z.unknown()), source, path, problems, options)) return commands;
  for (const name of keysOf(written)) {
    // Names such as "constructor" exist on every object, and would be found where no command is.
    if (!schema.commandName.test(name) || name in {}) {
      const message = `${quote(name)} cannot be a command's name`;
      problems.push({ file: source.file, ...source.atKey([...path, name]), message, expected: schema.COMMAND_NAME });
    }
    const command = check(schema.checkCommand, source, [...path, name], problems, options);
    if (command) commands[name] = command;
  }
  return commands;
}
