/** Plays the console blocks of a page: what stands behind `$` is typed, what stands below it must be seen. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import escapeStringRegexp from 'escape-string-regexp';
import { until } from '../../support/until.js';
import { cleanEnv, type Finished, MAIN, type Started, startCli } from './cli.js';
import { warmCli } from './warm-cli.js';

interface Typed {
  command: string;
  exit: number;
  /** lines, where `…` stands for anything */
  seen: string[];
}

/** Of all blocks of a page, or of a part of it. */
export function typedIn(page: string): Typed[] {
  const lines = [...page.matchAll(/^```console\n([^]*?)^```$/gm)].flatMap(([, block = '']) => block.split('\n'));
  const all: Typed[] = [];
  for (const line of lines) {
    const [, command] = /^\$ (.*)$/.exec(line) ?? [];
    if (command === undefined) {
      if (line.trim() !== '') all.at(-1)?.seen.push(line.trim());
      continue;
    }
    const [, text = command, exit = '0'] = /^(.*?) +# exit (\d+)$/.exec(command) ?? [];
    all.push({ command: text, exit: Number(exit), seen: [] });
  }
  return all;
}

/** In a folder in which a person begins; `up` is a process of its own until {@link Folder.end}. */
export class Played {
  readonly #folder: string;
  /** variables that commands have set */
  readonly #own: Record<string, string> = {};
  readonly #env: Record<string, string>;
  #up: Started | null = null;

  constructor(folder: string) {
    this.#folder = folder;
    this.#env = { DROVER_TEMPORAL_CLI: process.env.DROVER_TEST_TEMPORAL_CLI ?? '' };
    mkdirSync(join(folder, '.bin'));
    const npx = `#!/bin/sh\nshift\nexec "${process.execPath}" "${MAIN}" "$@"\n`;
    writeFileSync(join(folder, '.bin/npx'), npx, { mode: 0o755 });
  }

  async play(page: string): Promise<void> {
    for (const typed of typedIn(page)) await this.#type(typed);
  }

  async end(): Promise<void> {
    this.#up?.child.kill('SIGINT');
    await this.#up?.finished;
  }

  async #type({ command, exit, seen }: Typed): Promise<void> {
    if (command.startsWith('npx drover up')) return this.#start(command, seen);
    const { code, stdout, stderr } = await this.#run(command);
    const told = `${stdout}\n${stderr}`;
    // Said with the command, so that a failure shows which it was.
    expect({ command, code, told }).toEqual({ command, code: exit, told });
    for (const line of seen) expect({ command, told }).toEqual({ command, told: expect.stringMatching(asSeen(line)) });
  }

  async #start(command: string, seen: string[]): Promise<void> {
    const started = startCli(words(command).slice(2), { cwd: this.#folder, env: this.#env });
    this.#up = started;
    for (const line of seen)
      await until(
        async () => started.said.stdout + (started.child.exitCode === null ? '' : `ended: ${started.said.stderr}`),
        (said) => asSeen(line).test(said) || said.includes('ended: '),
      );
    expect(started.child.exitCode).toBeNull();
  }

  async #run(command: string): Promise<Finished> {
    const isPlain = command.startsWith('npx drover ') && !/[$|<>;&`]/.test(command);
    if (isPlain) return warmCli(words(command).slice(2), { cwd: this.#folder, env: this.#env });
    const [, name, value] = /^([A-Z]+)=(.*)$/.exec(command) ?? [];
    const env = {
      ...cleanEnv(),
      ...this.#env,
      ...this.#own,
      PATH: `${join(this.#folder, '.bin')}:${process.env.PATH}`,
    };
    const shell = name === undefined ? command : `echo ${value}`;
    const finished = await new Promise<Finished>((resolve) => {
      execFile('bash', ['-c', shell], { cwd: this.#folder, env }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      );
    });
    if (name !== undefined) this.#own[name] = finished.stdout.trim();
    return finished;
  }
}

/** Blanks of a table are as many as it takes. */
const asSeen = (line: string): RegExp =>
  new RegExp(
    line
      .split('…')
      .map((part) => part.split(/ +/).map(escapeStringRegexp).join(' +'))
      .join('.*'),
  );

/** As a shell parts what has neither variables nor escapes. */
const words = (command: string): string[] =>
  [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare ?? '');
