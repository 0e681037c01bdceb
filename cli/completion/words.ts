/** What may be typed where, read from the commands themselves. */
import type { Argument, Command, Option } from 'commander';

/** What a value may be: one of some words, a file, or anything. */
export type Value = readonly string[] | 'file' | 'any';

export interface Place {
  /** the command as it is typed, `drover drill run` */
  path: string;
  /** of commands below it */
  commands: string[];
  options: string[];
  /** of the options that take a value, by each of their flags */
  values: Map<string, Value>;
  /** of its arguments; several are taken alike */
  argument: Value;
}

/** The program and all commands below it, from the top. */
export const placesOf = (program: Command): Place[] => below(program, program.name(), program.options);

function below(command: Command, path: string, global: readonly Option[]): Place[] {
  const own = command.options.filter((option) => !global.includes(option));
  const options = [...own, ...global];
  const values = new Map(
    options
      .filter(({ required, optional }) => required || optional)
      .flatMap((option) => flagsOf(option).map((flag) => [flag, valueOf(option.argChoices, option.flags)] as const)),
  );
  const [first] = command.registeredArguments;
  const place: Place = {
    path,
    commands: command.commands.map((one) => one.name()),
    options: [...options.flatMap(({ long }) => long ?? []), '--help'],
    values,
    argument: first === undefined ? [] : argumentOf(first),
  };
  return [place, ...command.commands.flatMap((one) => below(one, `${path} ${one.name()}`, global))];
}

const flagsOf = ({ long, short }: Option): string[] => [long, short].flatMap((flag) => flag ?? []);

const argumentOf = ({ argChoices, description }: Argument): Value => valueOf(argChoices, description);

/** @param words in which a value that is a file is called one */
const valueOf = (choices: readonly string[] | undefined, words: string): Value =>
  choices ?? (/\b(files?|folder|directory)\b/i.test(words) ? 'file' : 'any');
