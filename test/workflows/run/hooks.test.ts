/** Hooks as a run sends them: in which order, once each, and what becomes of the run where they fail; the ledger judges. */
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect } from '@jest/globals';
import { WorkflowNotFoundError } from '@temporalio/client';
import {
  approveUpdate,
  cancelUpdate,
  pauseUpdate,
  resumeUpdate,
  retryUpdate,
  setRunUpdate,
  vmReportQuery,
} from '../../../contract/messages.js';
import { runWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import type { RunReport, VmReport } from '../../../contract/report.js';
import { hookEvent } from '../../../plan/hook-schema.js';
import { Secret } from '../../../plan/secret.js';
import type { Hook, HookEvent, Hooks, Plan } from '../../../plan/types.js';
import { entries } from '../../support/drills.js';
import { type HookServer, openHookServer, withHookServer } from '../../support/hook-server.js';
import { type Lab, withLab } from '../../support/lab.js';
import { inWaves } from '../../support/plans.js';
import { sharedLab } from '../../support/shared-lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { untilTold } from '../../support/told.js';
import { until } from '../../support/until.js';
import { spawnWorker } from '../../support/worker-process.js';

const CUTOVER: Plan['cutover'] = { approval: 'none', window: null, powerOn: true, consolidate: false };
const EVENTS = hookEvent.options;

const hookTo = (server: HookServer, event: string, change: Partial<Hook> = {}): Hook => ({
  url: `${server.url}/hooks/${event}`,
  method: 'POST',
  timeout: 600_000,
  retries: 0,
  rule: event.startsWith('before') ? 'hold' : 'warn',
  ...change,
});

const hooksTo = (server: HookServer, events: HookEvent[] = EVENTS, change: Partial<Hook> = {}): Hooks =>
  Object.fromEntries(events.map((event) => [event, hookTo(server, event, change)]));

const VMS = 15;
const hookServer = openHookServer();
const pathOf = (part: number): string => `t${part}`;
const secrets = { ITSM: { value: new Secret('Zq7-geheim') } };
const withPart = sharedLab(async () => {
  const { url } = (await hookServer).server;
  const allow = Array.from({ length: VMS }, (_, part) => `${url}/${pathOf(part)}/hooks/`);
  return { vms: VMS, hooks: { allow, secrets } };
});
afterAll(async () => (await hookServer).close());

let parts = 0;
/** With a server of its own, as it seems. */
const withHooks = (vms: number, test: (lab: Lab, server: HookServer) => Promise<void>) =>
  withPart(vms, async (lab) => {
    const path = pathOf(parts);
    parts += 1;
    await test(lab, (await hookServer).part(path));
  });

/** Without a worker yet. */
const withoutWorker = (test: (lab: Lab, server: HookServer) => Promise<void>) =>
  withHookServer((server) =>
    withLab(
      {
        vms: 1,
        workers: 0,
        hooks: { allow: [`${server.url}/hooks/`], secrets },
      },
      (lab) => test(lab, server),
    ),
  );

/** Where a worker stands still for long, its hook is sent once more under its key. */
const onceEach = ({ got }: HookServer) => got.filter(({ key }, n) => got.findIndex((one) => one.key === key) === n);
const names = (server: HookServer) => onceEach(server).map(({ body }) => body.event);
const handleOf = (lab: Lab, run: string) => lab.client.workflow.getHandle(runWorkflowId(run));
const resume = (lab: Lab, run: string) => handleOf(lab, run).executeUpdate(resumeUpdate, { args: [{}] });

/** What the only VM says of itself; null: its workflow has not begun. */
async function vmOf(lab: Lab): Promise<VmReport | null> {
  const id = lab.simulator.control.world().sites[lab.source]?.vms[0]?.id ?? '';
  try {
    return await lab.client.workflow.getHandle(vmWorkflowId(lab.source, id)).query(vmReportQuery);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** Its answer in place of that to the first of an event. */
function once(server: HookServer, event: string, answer: HookServer['answer']): void {
  let isDone = false;
  server.answer = (got, response) => {
    if (isDone || got.body.event !== event) return void response.writeHead(204).end();
    isDone = true;
    answer(got, response);
  };
}

const no: HookServer['answer'] = (_, response) => {
  response.writeHead(409).end('CHG0042 is not approved');
};

describe('a run with hooks', () => {
  it.concurrent('sends each once, in its order, and names each VM by both its ids', () =>
    withHooks(2, async (lab, server) => {
      const plan = inWaves(lab.plan({ hooks: hooksTo(server) }), { pilot: 1, core: 1 });
      const { result } = await lab.start(plan);
      const done = await result();
      expect(done.state).toBe('succeeded');
      expect(lab.wrongWith(done)).toEqual([]);
      const order = names(server);
      expect(order[0]).toBe('beforeRun');
      expect(server.got[0]?.body.vms.map(({ id }) => id)).toEqual(done.vms.map(({ id }) => id));
      expect(order.at(-1)).toBe('afterRun');
      const of = (wave: string) =>
        onceEach(server)
          .filter(({ body }) => body.wave === wave)
          .map(({ body }) => body.event);
      expect(of('pilot')).toEqual(['beforeVm', 'beforeWave', 'beforeCutover', 'afterCutover', 'afterVm', 'afterWave']);
      expect(of('core').filter((event) => event !== 'beforeVm')).toEqual([
        'beforeWave',
        'beforeCutover',
        'afterCutover',
        'afterVm',
        'afterWave',
      ]);
      const ofEach = EVENTS.filter((event) => !event.endsWith('Run') && event !== 'cutoverFailed');
      expect(order.toSorted()).toEqual([...ofEach, ...ofEach, 'beforeRun', 'afterRun'].toSorted());
      // Copies are made ahead, and the second wave is cut over after the first.
      expect(onceEach(server).flatMap(({ body: { event, wave } }) => (event === 'beforeWave' ? [wave] : []))).toEqual([
        'pilot',
        'core',
      ]);
      const after = server.of('afterRun')[0]?.body;
      expect(after?.vms.map(({ id, state, recoveredId }) => ({ id, state, recoveredId }))).toEqual(
        done.vms.map(({ id, recoveredAs }) => ({ id, state: 'succeeded', recoveredId: recoveredAs?.at(-1) })),
      );
      expect(after?.vms[0]?.outageSeconds).toBeGreaterThan(0);
      const [migrate] = entries(lab, 'migrate');
      expect(migrate).toBeDefined();
      expect(done.hooks?.map(({ event, wave = null }) => [event, wave])).toEqual([
        ['beforeRun', null],
        ['beforeWave', 'pilot'],
        ['afterWave', 'pilot'],
        ['beforeWave', 'core'],
        ['afterWave', 'core'],
        ['afterRun', null],
      ]);
      expect(done.vms[0]?.hooks).toMatchObject([
        { event: 'beforeVm', result: 'succeeded', attempts: expect.any(Number) },
        { event: 'beforeCutover', result: 'succeeded', error: null },
        { event: 'afterCutover', result: 'succeeded' },
        // Its own record is the last that is kept of it.
        { event: 'afterVm', result: 'succeeded', url: `${server.url}/hooks/afterVm` },
      ]);
    }));

  it.concurrent('is held by one before it, says why, and asks it again when a person resumes it', () =>
    withHooks(1, async (lab, server) => {
      once(server, 'beforeRun', no);
      const { run, report, result } = await lab.start(lab.plan({ hooks: hooksTo(server, ['beforeRun']) }));
      const held = await until(report, ({ state }) => state === 'paused');
      expect(held.pausedBecause).toBe(
        `hook beforeRun failed: POST ${server.url}/hooks/beforeRun: 409: CHG0042 is not approved`,
      );
      expect(held.pausedAdvice).toBe(
        `See why. Then drover resume ${run}, which asks it again; or drover cancel ${run}.`,
      );
      expect(entries(lab, 'start')).toEqual([]);
      await resume(lab, run);
      const done = await result();
      expect(done.state).toBe('succeeded');
      expect(onceEach(server).map(({ key, body }) => [key.split('/').at(-1), body.number])).toEqual([
        ['1', 1],
        ['2', 2],
      ]);
    }));

  it.concurrent('fails by one before it, and nothing is sent', () =>
    withHooks(1, async (lab, server) => {
      server.answer = no;
      const { result } = await lab.start(
        lab.plan({ hooks: hooksTo(server, ['beforeRun', 'afterRun', 'afterVm'], { rule: 'fail' }) }),
      );
      const done = await result();
      expect(done.state).toBe('failed');
      expect(done.vms[0]?.error).toMatchObject({
        code: 'HookFailed',
        message: expect.stringMatching(/^hook beforeRun failed/),
      });
      expect(entries(lab, 'start')).toEqual([]);
      expect(names(server)).toEqual(['beforeRun']);
    }));

  it.concurrent('goes nowhere that its workers do not allow', () =>
    withHooks(1, async (lab, server) => {
      const elsewhere = { ...hookTo(server, 'beforeVm', { rule: 'fail' }), url: `${server.url}/elsewhere?key=a` };
      const { result } = await lab.start(lab.plan({ hooks: { beforeVm: elsewhere } }));
      const done = await result();
      expect(done.vms[0]).toMatchObject({
        state: 'failed',
        error: { code: 'HookFailed', advice: expect.stringMatching(/hooks\.allow/) },
        hooks: [{ event: 'beforeVm', attempts: 0, url: `${server.url}/elsewhere?key=***` }],
      });
      expect(server.got).toEqual([]);
      expect(entries(lab, 'start')).toEqual([]);
    }));
});

describe('the hook before a VM', () => {
  it.concurrent('holds that VM alone, and resume asks it again', () =>
    withHooks(2, async (lab, server) => {
      once(server, 'beforeVm', no);
      const { run, report, result } = await lab.start(lab.plan({ hooks: hooksTo(server, ['beforeVm']) }));
      const isHeld = (seen: RunReport) =>
        seen.vms.some(({ state }) => state === 'succeeded') && seen.vms.some(({ hold }) => hold != null);
      const seen = await until(report, isHeld);
      expect(seen.state).toBe('running');
      const held = seen.vms.find(({ hold }) => hold != null);
      expect(held?.hold).toMatchObject({
        code: 'HookFailed',
        message: expect.stringContaining('CHG0042 is not approved'),
      });
      expect(entries(lab, 'start')).toHaveLength(1);
      await resume(lab, run);
      expect((await result()).state).toBe('succeeded');
      const keys = onceEach(server).map(({ key }) => key);
      expect(keys.filter((key) => key.includes(held?.id ?? '-'))).toHaveLength(2);
    }));

  it.concurrent('is asked anew for a VM that is tried again, whose end was told', () =>
    withHooks(2, async (lab, server) => {
      const [vm] = lab.plan().waves[0]?.vms ?? [];
      const id = vm?.id ?? '';
      const error = { code: 'PolicyViolation', msg: 'not now' };
      lab.simulator.control.addFaults({
        vmId: id,
        operation: 'start',
        kind: 'fail-task',
        stage: 'validate',
        times: 1,
        error,
      });
      const hooks = hooksTo(server, ['beforeVm', 'afterVm']);
      // The other one keeps the run going.
      const plan = lab.plan({ hooks, cutover: { ...CUTOVER, approval: 'wave' } });
      const { run, report, result } = await lab.start(plan);
      const stateOf = ({ vms }: RunReport) => vms.find((one) => one.id === id)?.state;
      await until(report, (seen) => stateOf(seen) === 'failed');
      await handleOf(lab, run).executeUpdate(retryUpdate, { args: [{ vm: id }] });
      await until(report, ({ vms }) => vms.every(({ waitingFor }) => waitingFor === 'approval'));
      await handleOf(lab, run).executeUpdate(approveUpdate, { args: [{ wave: 'all' }] });
      expect((await result()).state).toBe('succeeded');
      const its = onceEach(server).filter(({ key }) => key.includes(id));
      expect(its.map(({ body }) => [body.event, body.number])).toEqual([
        ['beforeVm', 1],
        ['afterVm', 1],
        ['beforeVm', 2],
        ['afterVm', 2],
      ]);
    }));

  it.concurrent('is broken off when its VM is cancelled, and nothing is sent', () =>
    withHooks(1, async (lab, server) => {
      server.answer = () => {};
      const { run, result } = await lab.start(lab.plan({ hooks: hooksTo(server, ['beforeVm', 'afterVm']) }));
      await until(
        async () => server.got.length,
        (count) => count > 0,
      );
      await handleOf(lab, run).executeUpdate(cancelUpdate, { args: [{}] });
      const done = await result();
      expect(done.vms[0]?.state).toBe('cancelled');
      expect(entries(lab, 'start')).toEqual([]);
      expect(names(server)).toEqual(['beforeVm']);
    }));
});

describe('the hook before a cutover', () => {
  it.concurrent('is answered before the last look: what has changed meanwhile is seen', () =>
    withHooks(1, async (lab, server) => {
      const trouble = { isPaused: true };
      once(server, 'beforeCutover', (_, response) => {
        const [replication] = lab.simulator.control.world().replications;
        lab.simulator.control.trouble(replication?.id ?? '', trouble);
        response.writeHead(204).end();
      });
      const { result } = await lab.start(lab.plan({ hooks: hooksTo(server, ['beforeCutover']) }));
      const seen = await until(
        () => vmOf(lab),
        (vm) => vm?.waitingFor === 'hold',
      );
      expect(seen?.error?.code).toBe('ReplicationPaused');
      expect(entries(lab, 'migrate')).toEqual([]);
      lab.simulator.control.trouble(lab.simulator.control.world().replications[0]?.id ?? '', { isPaused: false });
      expect((await result()).state).toBe('succeeded');
      expect(onceEach(server)).toHaveLength(1);
    }));

  it.concurrent('answered slowly, sends no cutover once its window has closed', () =>
    withHooks(1, async (lab, server) => {
      const moved: Promise<unknown>[] = [];
      const HOUR = 60 * 60_000;
      const at = (ms: number) => new Date(Date.now() + ms).toISOString();
      const window = { opens: at(-HOUR), closes: at(HOUR), missed: 'fail', begun: 'finish' } as const;
      const plan = lab.plan({ cutover: { ...CUTOVER, window }, hooks: hooksTo(server, ['beforeCutover']) });
      const { run, result } = await lab.start(plan);
      /** A machine on which that has passed before the run hears of it is given more. */
      async function closesSoon(soon = 2_000): Promise<number> {
        const closes = at(soon);
        try {
          await handleOf(lab, run).executeUpdate(setRunUpdate, { args: [{ window: { closes } }] });
          return Date.parse(closes);
        } catch {
          return closesSoon(2 * soon);
        }
      }
      // It is told to close soon while the hook is asked, and the answer comes after that.
      server.answer = (_, response) => {
        const over = closesSoon().then(async (closes) => {
          await delay(Math.max(0, closes - Date.now()) + 500);
          response.writeHead(204).end();
        });
        moved.push(over);
      };
      const done = await result();
      await Promise.all(moved);
      expect(new Set(server.of('beforeCutover').map(({ key }) => key)).size).toBe(1);
      expect(done.vms[0]).toMatchObject({ state: 'failed', error: { code: 'WindowMissed' } });
      expect(entries(lab, 'migrate')).toEqual([]);
    }));

  it.concurrent('does not go on over a pause, and holds no place', () =>
    withHooks(1, async (lab, server) => {
      const waiting: ServerResponse[] = [];
      once(server, 'beforeCutover', (_, response) => waiting.push(response));
      const { run, report, result } = await lab.start(lab.plan({ hooks: hooksTo(server, ['beforeCutover']) }));
      await until(
        async () => server.got.length,
        (count) => count > 0,
      );
      await handleOf(lab, run).executeUpdate(pauseUpdate, { args: [{ reason: 'a fire' }] });
      await untilTold(lab, vmWorkflowId(lab.source, lab.plan().waves[0]?.vms[0]?.id ?? ''));
      for (const response of waiting) response.writeHead(204).end();
      await until(report, ({ vms }) => vms[0]?.waitingFor === 'pause');
      expect(entries(lab, 'migrate')).toEqual([]);
      await resume(lab, run);
      expect((await result()).state).toBe('succeeded');
    }));
});

describe('the hooks after a cutover', () => {
  it.concurrent('that fail undo nothing, and are told', () =>
    withHooks(1, async (lab, server) => {
      server.answer = no;
      const { result } = await lab.start(
        lab.plan({ hooks: hooksTo(server, ['afterCutover', 'afterVm', 'afterWave', 'afterRun']) }),
      );
      const done = await result();
      expect(done.state).toBe('succeeded');
      expect(lab.wrongWith(done)).toEqual([]);
      expect(done.vms[0]?.notes).toEqual([
        `Hook afterCutover failed: POST ${server.url}/hooks/afterCutover: 409: CHG0042 is not approved`,
        `Hook afterVm failed: POST ${server.url}/hooks/afterVm: 409: CHG0042 is not approved`,
      ]);
      expect(done.hooks).toMatchObject([
        { event: 'afterWave', result: 'failed' },
        { event: 'afterRun', result: 'failed' },
      ]);
    }));

  it.concurrent('tell of one that failed, and how its source is, so that it can be powered on', () =>
    withHooks(1, async (lab, server) => {
      const error = { code: 'DiskBroken', msg: 'sector 7' };
      lab.simulator.control.addFaults({
        vmId: lab.plan().waves[0]?.vms[0]?.id ?? '',
        operation: 'migrate',
        kind: 'fail-task',
        stage: 'recover',
        error,
      });
      const { result } = await lab.start(lab.plan({ hooks: hooksTo(server, ['afterCutover', 'cutoverFailed']) }));
      const done = await result();
      expect(done.vms[0]?.state).toBe('failed');
      expect(names(server)).toEqual(['cutoverFailed']);
      const [vm] = server.got[0]?.body.vms ?? [];
      expect(vm).toMatchObject({
        id: done.vms[0]?.id,
        state: 'failed',
        sourcePower: 'off',
        error: { code: 'DiskBroken' },
      });
    }));
});

describe('a hook whose worker is killed before it has the answer', () => {
  it.concurrent('is sent once more with the same key, and stands once in the report', () =>
    withoutWorker(async (lab, server) => {
      const first = await spawnWorker(lab);
      const kills: Promise<void>[] = [];
      server.answer = (got, response) => {
        if (kills.length === 0 && got.body.event === 'beforeRun') kills.push(first.kill());
        else response.writeHead(204).end();
      };
      const started = lab.start(lab.plan({ hooks: hooksTo(server, ['beforeRun', 'afterRun']) }));
      await until(
        async () => kills.length,
        (count) => count === 1,
      );
      await Promise.all(kills);
      const second = await spawnWorker(lab);
      const { result } = await started;
      const done = await result();
      const keys = server.of('beforeRun').map(({ key }) => key);
      expect(keys.length).toBeGreaterThanOrEqual(2);
      expect(new Set(keys).size).toBe(1);
      expect(done.hooks).toMatchObject([{ event: 'beforeRun' }, { event: 'afterRun' }]);
      expect(done.hooks?.[0]?.attempts).toBeGreaterThanOrEqual(2);
      expect(names(server)).toEqual(['beforeRun', 'afterRun']);
      await second.stop();
    }));
});
