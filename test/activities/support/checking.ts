import { createServer as createHttpServer, Server as HttpServer, type RequestListener } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { type AddressInfo, type Server } from 'node:net';
import type { CheckVmInput } from '../../../contract/questions.js';
import type { CheckResult } from '../../../contract/report.js';
import type { Check, CheckCommand, CheckTarget } from '../../../plan/types.js';
import { type AttemptInfo, type Bench, type BenchOptions, withBench } from './bench.js';

export interface Wanted extends Partial<Omit<CheckVmInput, 'check' | 'until'>> {
  check: Partial<Check> & CheckTarget;
  /** ms from now */
  within?: number;
}

export function inputOf(bench: Bench, { check, within = 0, ...change }: Wanted): CheckVmInput {
  return {
    run: 'crm-1',
    site: bench.destination,
    peer: bench.source,
    vm: { id: 'vm-id', name: 'web 1', address: '127.0.0.1' },
    replicationId: 'C4-none',
    recovery: 'test',
    resumedAt: 0,
    until: Date.now() + within,
    ...change,
    check: { name: 'the check', vms: null, within, interval: 20, timeout: 60_000, consecutive: 1, ...check },
  };
}

export const checkOn = (bench: Bench, wanted: Wanted, info?: AttemptInfo): Promise<CheckResult> =>
  bench.attempt(() => bench.activities.checkVm(inputOf(bench, wanted)), info);

export const withCheck = (test: (bench: Bench) => Promise<void>, options: BenchOptions = {}) =>
  withBench(options, test);

export async function listening(server: Server, port = 0): Promise<{ port: number; close(): Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if (server instanceof HttpServer || server instanceof HttpsServer) server.closeAllConnections();
      }),
  };
}

export async function withServer<T>(listener: RequestListener, use: (port: number) => Promise<T>): Promise<T> {
  const { port, close } = await listening(createHttpServer(listener));
  try {
    return await use(port);
  } finally {
    await close();
  }
}

export const node = (script: string): CheckCommand => ({ program: process.execPath, args: ['-e', script, '--'] });
export const commands: Record<string, CheckCommand> = {
  'check-crm': node(
    "console.log(JSON.stringify(process.argv.slice(1))); console.log(JSON.stringify(Object.keys(process.env).filter((k) => k !== 'PATH' && k !== 'HOME' && k !== 'LANG').sort().map((k) => [k, process.env[k]])))",
  ),
  refuses: node(
    "console.log('fine so far'); console.error('first\\n\\x1b[31mno such table\\x1b[0m\\n'); process.exit(2)",
  ),
  hangs: node(
    "const { spawn } = require('node:child_process'); const c = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }); console.error(String(c.pid)); setInterval(() => {}, 1000)",
  ),
  missing: { program: '/nowhere/at-all', args: [] },
};
