/** The one place that writes: results to stdout, everything else to stderr. */
import pc from 'picocolors';

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

  /** The command's result: `document` with `--json`, else `text`. Called once. */
  result(text: string, document: unknown): void {
    this.stdout.write(`${this.json ? JSON.stringify(document, null, 2) : text.trimEnd()}\n`);
  }

  /** Progress and hints, on stderr; nothing with `--quiet`. */
  note(line: string): void {
    if (!this.quiet) {
      this.stderr.write(`${line}\n`);
    }
  }

  /** What must be seen even with `--quiet`. */
  alert(line: string): void {
    this.stderr.write(`${line}\n`);
  }
}

function colorful(stream: Sink): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  return !NO_COLOR && (FORCE_COLOR !== undefined ? FORCE_COLOR !== '0' : stream.isTTY === true && TERM !== 'dumb');
}
