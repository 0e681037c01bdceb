/** What a command says of Temporal and workers in a folder in which `drover up` has run, or is still starting. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { afterUp, duringUp } from '../../cli/context.js';
import { UpState } from '../../cli/up/state.js';
import { NoWorker } from '../../client/errors.js';
import { TemporalUnreachable } from '../../temporal/unreachable.js';
import { type Folder, tempFolder } from '../support/folder.js';

const folders: Folder[] = [];
let cli: { config: string; env: Record<string, string> };
let state: UpState;
beforeEach(() => {
  const folder = tempFolder();
  folders.push(folder);
  cli = { config: join(folder.path, 'drover.yaml'), env: {} };
  state = new UpState(join(folder.path, '.drover'));
  mkdirSync(state.folder);
});
afterAll(() => {
  for (const folder of folders) folder.remove();
});

describe('Temporal that is not there', () => {
  const lost = new TemporalUnreachable({ address: 'localhost:7233', namespace: 'default' }, 'refused', 'Check it.');

  it('is that of the drover up which has ended here, unless another is meant', async () => {
    expect(await afterUp(cli, lost)).toBe(lost);
    state.keepPorts({ temporal: 1, ui: 2 });
    expect(await afterUp(cli, lost)).toMatchObject({
      name: 'TemporalUnreachable',
      message: expect.stringMatching(/the drover up of this folder has ended\. Start it again.*: drover up\./),
    });
    expect(await afterUp({ ...cli, env: { TEMPORAL_ADDRESS: 'localhost:7233' } }, lost)).toBe(lost);
    const other = new Error('another');
    expect(await afterUp(cli, other)).toBe(other);
  });
});

describe('a worker that is not there', () => {
  const none = new NoWorker('drover');

  it('is that of the drover up which is still starting', () => {
    expect(duringUp(cli, '127.0.0.1:1', none)).toBe(none);
    const { pid } = process;
    state.write({ version: 1, pid, address: '127.0.0.1:1', uiUrl: null, startedAt: '', children: [] });
    expect(duringUp(cli, '127.0.0.1:2', none)).toBe(none);
    expect(duringUp(cli, '127.0.0.1:1', none)).toMatchObject({
      code: 'NoWorker',
      message: none.message,
      next: expect.stringMatching(/^drover up \(pid \d+\) brings one: ask again in a moment; .*worker\.log$/),
    });
    const elsewhere = new NoWorker('drover', 'No worker knows lyon.', 'add site lyon to the config of a worker');
    expect(duringUp(cli, '127.0.0.1:1', elsewhere)).toBe(elsewhere);
  });
});
