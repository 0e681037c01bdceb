/** `npm run chaos` as people run it: the compiled program, every part of it a process of its own. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/chaos/main.js', import.meta.url));

export interface Document {
  carried: { strikes: number; processesKilled: number; serverStrikes: number };
  verdict: {
    clean: boolean;
    violations: { item: string; message: string; timeline: string[] | null }[];
    held: { code: string }[];
    recovery: { times: number[]; median: number | null };
  };
  totals: Record<string, number> | null;
}

/** The machine's own Temporal settings are kept away by the program itself. */
export function chaos(line: string): Promise<Document> {
  const env = { ...process.env, DROVER_TEMPORAL_CLI: process.env.DROVER_TEST_TEMPORAL_CLI };
  return new Promise((resolve, reject) => {
    const options = { env, maxBuffer: 2 ** 26 };
    execFile(
      process.execPath,
      [MAIN, '--json', '--faults', '5', ...line.split(' ')],
      options,
      (error, stdout, stderr) => {
        try {
          resolve(JSON.parse(stdout) as Document);
        } catch {
          reject(new Error(`no verdict: ${error?.message}\n${stderr.slice(-4_000)}`));
        }
      },
    );
  });
}
