/** The short form of `npm run chaos`, as people run it: the compiled program, every part of it a process of its own. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const MAIN = fileURLToPath(new URL('../../dist/chaos/main.js', import.meta.url));

interface Document {
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
function chaos(line: string): Promise<Document> {
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

describe('under fire', () => {
  it('60 VMs lose nothing and do nothing twice: 6 strikes on workers, the server killed, 5 % of calls cut', async () => {
    const { verdict, carried, totals } = await chaos('--vms 60 --kills 6 --server-kills 1 --seed 1 --minutes 5');
    expect(verdict.violations).toEqual([]);
    expect(carried).toMatchObject({ strikes: 6, serverStrikes: 1 });
    expect(totals).toMatchObject({ vms: 60, succeeded: 60 });
    // One strike at least leaves nobody alive, and VMs move soon after it.
    expect(verdict.recovery.times.length).toBeGreaterThan(0);
    expect(verdict.recovery.median).toBeLessThan(30_000);
  }, 360_000);
});

const SMALL = '--vms 12 --kills 2 --server-kills 0 --workers 2 --minutes 4';

/** What the documents leave open and would hurt most; times are simulated ms, sixty to a real one. */
const ALTERNATIVES: [string, string][] = [
  ['do not filter by operation id', 'operationIdFilter=ignored'],
  ['show tasks late', 'tasksVisibleAfter=90000'],
  ['forget tasks at once', 'tasksForgottenAfter=5000'],
  [
    'neither filter nor show a replication before its start has ended, and name the VM by its id',
    'operationIdFilter=ignored replicationVisible=taskEnd startTaskResource=vmId',
  ],
  [
    'neither filter nor say which VM a start is for until it has ended',
    'operationIdFilter=ignored replicationVisible=taskEnd startTaskNamesVm=false',
  ],
];

describe('under fire, at sites that', () => {
  it.each(ALTERNATIVES)(
    '%s',
    async (_, assumptions) => {
      const { verdict, totals } = await chaos(`${SMALL} --seed 7 --assume ${assumptions}`);
      expect(verdict.violations).toEqual([]);
      expect(totals).toMatchObject({ succeeded: 12 });
    },
    300_000,
  );

  it('no VM is cut over before its wave is approved', async () => {
    const { verdict } = await chaos(`${SMALL} --seed 8 --gate approval`);
    expect(verdict.violations).toEqual([]);
  }, 300_000);
});
