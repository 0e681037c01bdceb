/** The one place that writes: results to stdout, everything else to stderr, and nothing that a terminal would obey. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { createLogUpdate } from 'log-update';
import pc from 'picocolors';
import { visible, visibleLayout, visibleLines } from '../../plan/source/visible.js';
import { drained } from './drained.js';
import { harmless } from './harmless.js';

export type Colors = ReturnType<typeof pc.createColors>;

/** What a command needs of a stream; tests hand in their own. */
export interface Sink {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

export interface OutputOptions {
  json: boolean;
  quiet: boolean;
  stdout?: Sink;
  stderr?: Sink;
}

export class Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** for text that goes to stdout */
  readonly colors: Colors;
  /** for text that goes to stderr */
  readonly noteColors: Colors;

  constructor({ json, quiet, stdout = process.stdout, stderr = process.stderr }: OutputOptions) {
    this.json = json;
    this.quiet = quiet;
    this.stdout = stdout;
    this.stderr = stderr;
    this.colors = pc.createColors(colorful(stdout));
    this.noteColors = pc.createColors(colorful(stderr));
  }

  /**
   * The command's result. Called once.
   * @param shown all that the text tells of; `say` gets it with its texts made harmless, and its lines and colours are kept
   * @param document what `--json` prints instead, with every text as it is
   */
  result<T>(shown: T, say: (shown: T) => string, document: unknown = shown): void {
    this.stdout.write(
      `${this.json ? jsonText(document) : laidOut(say(harmless(shown)).trimEnd(), this.colors.isColorSupported)}\n`,
    );
  }

  /** The command's result in the words of a format, which has made them harmless: in pieces, as fast as they are read. Called once. */
  async pieces(pieces: Iterable<string>): Promise<void> {
    let last = '';
    for (const piece of pieces) {
      const hasRoom = this.stdout.write(visibleLines(piece));
      if (hasRoom === false && this.stdout instanceof Writable) await drained(this.stdout);
      last = piece === '' ? last : piece;
    }
    if (!last.endsWith('\n')) this.stdout.write('\n');
  }

  /** Progress and hints, on stderr, each on one line; nothing with `--quiet`. */
  note(line: string): void {
    if (!this.quiet) {
      this.stderr.write(`${visible(line)}\n`);
    }
  }

  /** What must be seen even with `--quiet`. */
  alert(...lines: string[]): void {
    this.stderr.write(`${lines.map(visible).join('\n')}\n`);
  }

  /** Whether a person is there to answer. */
  get canAsk(): boolean {
    return process.stdin.isTTY && this.stderr.isTTY === true;
  }

  /** What a person answers at the terminal; null: it was closed. */
  ask(question: string): Promise<string | null> {
    this.stderr.write(visible(question));
    const terminal = createInterface({ input: process.stdin });
    return new Promise((resolve) => {
      terminal.once('close', () => resolve(null));
      terminal.once('line', (line) => {
        resolve(line);
        terminal.close();
      });
    });
  }

  /** A block of lines on stderr that is drawn anew below what is said. */
  block(): Block {
    return new Block(this.noteColors.isColorSupported);
  }
}

class Block {
  readonly #draw = createLogUpdate(process.stderr, { showCursor: true });
  readonly #colored: boolean;

  constructor(colored: boolean) {
    this.#colored = colored;
  }

  draw(lines: string[]): void {
    this.#draw(laidOut(lines.join('\n'), this.#colored));
  }

  /** Takes it off the screen, until it is drawn again. */
  clear(): void {
    this.#draw.clear();
  }

  /** Leaves it as it is. */
  done(): void {
    this.#draw.done();
  }
}

/** The same document however it is read: what a terminal would obey is escaped. */
export const jsonText = (document: unknown): string => visibleLines(JSON.stringify(document, null, 2));

/** Whatever has come into a layout by another way than a document: it has lines, and colours where they are wanted. */
const laidOut = (text: string, colored: boolean): string => (colored ? visibleLayout(text) : visibleLines(text));

function colorful(stream: Sink): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  return !NO_COLOR && (FORCE_COLOR !== undefined ? FORCE_COLOR !== '0' : stream.isTTY === true && TERM !== 'dumb');
}
