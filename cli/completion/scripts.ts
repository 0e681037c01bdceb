/** Completion as scripts of shells: what may be typed stands in them, so that a shell starts no process to ask. */
import type { Place, Value } from './words.js';

export const SHELLS = ['bash', 'zsh'] as const;

export type Shell = (typeof SHELLS)[number];

/** Lines of a script to be read by a shell. zsh runs that of bash by its own means. */
export function completionScript(shell: Shell, program: string, places: Place[]): string[] {
  const before =
    shell === 'bash' ? [] : ['autoload -U +X compinit && compinit', 'autoload -U +X bashcompinit && bashcompinit'];
  return [
    `# source <(${program} completion ${shell})`,
    ...before,
    ...functionOf(program, places),
    `complete -F _${program} ${program}`,
  ];
}

function functionOf(program: string, places: Place[]): string[] {
  const paths = places.flatMap(({ path, commands }) => commands.map((name) => quoted(`${path} ${name}`)));
  const valued = places.flatMap(({ path, values }) => [...values.keys()].map((flag) => quoted(`${path} ${flag}`)));
  return [
    `_${program}() {`,
    '  local cur prev at word i',
    '  cur=${COMP_WORDS[COMP_CWORD]}',
    '  prev=${COMP_WORDS[COMP_CWORD-1]}',
    `  at=${program}`,
    '  COMPREPLY=()',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    '    word=${COMP_WORDS[i]}',
    '    case "$at $word" in',
    ...branch(paths, 'at="$at $word"'),
    // What follows is its value, whatever it reads like.
    ...branch(valued, '((i++))'),
    '    esac',
    '  done',
    '  case "$at $prev" in',
    ...places.flatMap(({ path, values }) =>
      [...values].map(([flag, value]) => `    ${quoted(`${path} ${flag}`)}) ${offer(value)}; return ;;`),
    ),
    '  esac',
    '  case "$cur" in',
    '    -*)',
    '      case "$at" in',
    ...places.map(({ path, options }) => `        ${quoted(path)}) ${offer(options)} ;;`),
    '      esac',
    '      return ;;',
    '  esac',
    '  case "$at" in',
    ...places.map(
      ({ path, commands, argument }) => `    ${quoted(path)}) ${offer(commands.length > 0 ? commands : argument)} ;;`,
    ),
    '  esac',
    '}',
  ];
}

const branch = (patterns: string[], then: string): string[] =>
  patterns.length === 0 ? [] : [`      ${patterns.join('|')}) ${then} ;;`];

function offer(value: Value): string {
  if (value === 'any') return ':';
  const words = value === 'file' ? '-f' : `-W ${quoted(value.join(' '))}`;
  // One on each line: names of files have blanks.
  const found = `local IFS=$'\\n'; COMPREPLY=($(compgen ${words} -- "$cur"))`;
  return value === 'file' ? `compopt -o filenames 2>/dev/null; ${found}` : `COMPREPLY=($(compgen ${words} -- "$cur"))`;
}

/** For every shell of the kind: names of commands and flags are Drover's own. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
