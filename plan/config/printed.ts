/** Programs that print a secret: run without a shell, with a time-out, and nothing of what they say on stderr is kept. */
import { execFileSync, spawn } from 'node:child_process';

export interface Program {
  file: string;
  args: string[];
  cwd: string;
}

/** `why`: the rest of a sentence that begins with the program */
export type Printed = { text: string } | { why: string };
export type RunProgram = (program: Program) => Printed;

/** ms */
const PRINTED_WITHIN = 10_000;
/** Bytes. */
const MOST_PRINTED = 65_536;

const TOO_LATE = `did not end within ${PRINTED_WITHIN / 1000} s`;
const failed = (how: string): Printed => ({ why: `failed (${how})` });

/** Nothing else goes on in the meantime: for a process that has only begun. */
export function runNow({ file, args, cwd }: Program): Printed {
  try {
    const text = execFileSync(file, args, {
      cwd,
      timeout: PRINTED_WITHIN,
      killSignal: 'SIGKILL',
      maxBuffer: MOST_PRINTED,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return { text };
  } catch (error) {
    const { code, status } = error as { code?: string; status?: number | null };
    return code === 'ETIMEDOUT' ? { why: TOO_LATE } : failed(code ?? `exit ${status ?? 'by a signal'}`);
  }
}

/** The same while all else goes on. */
export function runAside({ file, args, cwd }: Program): Promise<Printed> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
    const parts: Buffer[] = [];
    let size = 0;
    let ended: Printed | null = null;
    function end(how: Printed): void {
      ended ??= how;
      child.kill('SIGKILL');
      // A program of its own that it has left behind may hold it open.
      child.stdout.destroy();
    }
    const timer = setTimeout(() => end({ why: TOO_LATE }), PRINTED_WITHIN);
    child.stdout.on('data', (part: Buffer) => {
      parts.push(part);
      size += part.length;
      if (size > MOST_PRINTED) end(failed('ENOBUFS'));
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      resolve(failed(error.code ?? error.message));
    });
    child.once('close', (status) => {
      clearTimeout(timer);
      const text = Buffer.concat(parts).toString('utf8');
      resolve(ended ?? (status === 0 ? { text } : failed(`exit ${status ?? 'by a signal'}`)));
    });
  });
}
