/** A world that outlives the process that simulates it. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/index.js';
import { type Folder, tempFolder } from '../support/folder.js';
import { until } from '../support/until.js';
import { login, startBody } from './support/client.js';

let folder: Folder;
beforeAll(() => {
  folder = tempFolder();
});
afterAll(() => folder.remove());

/** Simulated time stands still, so that nothing moves between the end of one and the begin of the next. */
const STILL = 0.000_1;
const slow: SimulatorOptions = { vms: 4, speed: STILL };

async function operate(simulator: Simulator, method: string, path: string, body?: unknown): Promise<string> {
  const at = await login(simulator.sites['lyon']?.url ?? '', undefined, 'paris');
  return (await at.call(method, path, body, { operationID: `op-${path}` })).body.id;
}

async function setSpeed(simulator: Simulator, speed: number): Promise<void> {
  await fetch(`${simulator.sites['paris']?.url}/_sim/speed`, { method: 'POST', body: JSON.stringify({ speed }) });
}

const ended = (simulator: Simulator, seq: number) =>
  until(
    async () => simulator.control.ledger().find((entry) => entry.taskId !== null && entry.seq === seq)?.outcome,
    (outcome) => outcome !== 'running',
  );

function picture(simulator: Simulator) {
  const { now: _now, simulatedNow: _simulated, ...world } = simulator.control.world();
  return JSON.parse(JSON.stringify({ ledger: simulator.control.ledger(), world })) as unknown;
}

it('is as it was when it is opened again, with what was under way, at the same addresses', async () => {
  const keep = join(folder.path, 'world.jsonl');
  const first = await startSimulator({ ...slow, keep });
  await setSpeed(first, 5000);
  for (const index of [0, 1]) await operate(first, 'POST', '/vm-replications', startBody(index));
  const replications = () => first.control.world().replications;
  await until(
    async () => replications().filter(({ state }) => state === 'OK').length,
    (ok) => ok === 2,
  );
  await setSpeed(first, 1);
  await operate(first, 'POST', `/vm-replications/${replications()[0]?.id}/migrate`, { powerOn: true });
  await setSpeed(first, STILL);
  const before = picture(first);
  await first.close();
  // A process that is killed may have written half a line, of which nothing has come.
  appendFileSync(keep, '{"wall":17959');

  const second = await startSimulator({ keep, vms: 9, seed: 7 });
  expect(second.sites).toEqual(first.sites);
  expect(picture(second)).toEqual(before);
  await setSpeed(second, 5000);
  const migrate = second.control.ledger().find(({ kind }) => kind === 'migrate');
  expect(await ended(second, migrate?.seq ?? 0)).toBe('succeeded');
  expect(second.control.stats().bugs).toEqual([]);
  await second.close();
});

it('is not mixed up with a file of another kind', async () => {
  const keep = folder.write('other.jsonl', '{"some":"thing"}\n');
  await expect(startSimulator({ keep })).rejects.toThrow(/other.jsonl is no world of this simulator/);
});
