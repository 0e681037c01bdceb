/** Drills for tests: protected VMs, a port that checks find open, and what may not be left behind. */
import { randomUUID } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { expect } from '@jest/globals';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { DRILL, DRILL_FAILED } from '../../contract/inputs.js';
import { cancelUpdate, finishUpdate, runReportQuery } from '../../contract/messages.js';
import { runWorkflowId } from '../../contract/names.js';
import { contractMemo } from '../../contract/number.js';
import type { RunReport } from '../../contract/report.js';
import type { Check, Drill } from '../../plan/types.js';
import type { Lab } from './lab.js';

/** A port of this machine that takes connections, and says so, until `close`. */
export async function openPort(): Promise<{ port: number; close(): void }> {
  // A check that has seen enough may reset what it does not read.
  const server = createServer((socket) => socket.on('error', () => {}).end('220 ready'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, close: () => server.close() };
}

/** A page of this machine that answers 503 the first `failing` times, and 200 from then on, until `close`. */
export const slowPage = (failing: number): Promise<Page> => pageThat((asked) => asked > failing);

interface Page {
  url: string;
  asked(): number;
  close(): void;
}

/** A page of this machine that answers 200 where `isUp` says so, else 503, until `close`. `asked`: how often, now included. */
export async function pageThat(isUp: (asked: number) => boolean | Promise<boolean>): Promise<Page> {
  let asked = 0;
  const server = createHttpServer((_, response) => {
    asked += 1;
    void Promise.resolve(isUp(asked)).then((up) => response.writeHead(up ? 200 : 503).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/`, asked: () => asked, close: () => server.close() };
}

export const tcpCheck = (port: number, change: Partial<Check> = {}): Check =>
  ({
    name: 'tcp',
    vms: null,
    // One that is made once has no other try, however long its port takes to answer.
    within: 120_000,
    interval: 500,
    timeout: 30_000,
    type: 'tcp',
    host: '127.0.0.1',
    port,
    ...change,
  }) as Check;

export function drillOf(lab: Lab, change: Partial<Drill> = {}): Drill {
  const vms = lab.plan().waves[0]?.vms ?? [];
  return {
    name: 'quarterly',
    mode: 'test',
    source: { site: lab.source },
    destination: { site: lab.destination },
    groups: [{ name: 'all', vms }],
    recovery: { instance: 'latest', powerOn: true, consolidate: false, sync: false },
    networks: 'production',
    checks: [],
    hold: 0,
    objectives: { rto: null, rpo: null },
    limits: {},
    waitForVms: 600_000,
    timeout: 1_800_000,
    confirm: null,
    schedule: null,
    ...change,
  };
}

export const roundTrip = (lab: Lab, change: Partial<Drill> = {}): Drill =>
  drillOf(lab, {
    mode: 'roundtrip',
    confirm: 'removes-source',
    recovery: { instance: 'latest', powerOn: true, consolidate: false, sync: true },
    ...change,
  });

export async function startDrill(lab: Lab, drill: Drill, run = `${lab.source}-drill-${randomUUID().slice(0, 8)}`) {
  const handle = await lab.client.workflow.start(DRILL, {
    workflowId: runWorkflowId(run),
    taskQueue: lab.taskQueue,
    args: [{ drill }],
    memo: { ...contractMemo },
  });
  return {
    run,
    report: () => handle.query(runReportQuery),
    cancel: (vm?: string) => handle.executeUpdate(cancelUpdate, { args: [vm === undefined ? {} : { vm }] }),
    finish: () => handle.executeUpdate(finishUpdate, { args: [{}] }),
    terminate: () => handle.terminate('a test'),
    /** the report, also of a drill that failed */
    async result(): Promise<RunReport> {
      try {
        return (await handle.result()) as RunReport;
      } catch (error) {
        const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
        if (cause instanceof ApplicationFailure && cause.type === DRILL_FAILED) return cause.details?.[0] as RunReport;
        throw error;
      }
    },
  };
}

export async function protect(lab: Lab): Promise<void> {
  const { result } = await lab.start(lab.plan({ kind: 'protect', replication: { rpo: 15 } }));
  expect((await result()).state).toBe('succeeded');
}

export const world = (lab: Lab) => lab.simulator.control.world();
export const testCopies = (lab: Lab) =>
  Object.values(world(lab).sites).flatMap(({ vms }) => vms.filter((vm) => vm.testCopy));
export const entries = (lab: Lab, kind: string) =>
  lab.simulator.control.ledger().filter((entry) => entry.kind === kind);

/** Protected as before, running at the source, and nothing at the destination. */
export function expectNothingLeft(lab: Lab): void {
  expect(testCopies(lab)).toEqual([]);
  expect(world(lab).replications.map(({ recoveryState }) => recoveryState)).toEqual(
    world(lab).replications.map(() => 'NOT_STARTED'),
  );
  expect(world(lab).sites[lab.destination]?.vms).toEqual([]);
  expect(world(lab).sites[lab.source]?.vms.every(({ powerState }) => powerState === 'POWERED_ON')).toBe(true);
}
