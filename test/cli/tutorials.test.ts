/** The tutorial of the guide and the night of examples/night, played as they are written. */
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { LedgerEntry } from '../../simulator/index.js';
import { type Folder, tempFolder } from '../support/folder.js';
import { Played, typedIn } from './support/played.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

let folder: Folder;
let played: Played;
afterEach(async () => {
  await played.end();
  folder.remove();
});

function begin(): void {
  folder = tempFolder();
  played = new Played(folder.path);
}

describe('the tutorial of the guide', () => {
  it('goes as it is written, from an empty folder to the first report', async () => {
    const [, tutorial = ''] = /\n## Tutorial: [^\n]*\n([^]*?)\n## /.exec(read('docs/guide.md')) ?? [];
    expect(typedIn(tutorial).length).toBeGreaterThan(12);
    begin();
    await played.play(tutorial);
    expect(readFileSync(join(folder.path, 'first.html'), 'utf8')).toContain('vm-003');
  });
});

describe('the night', () => {
  it('goes as it is written, and moves each VM once, none before its approval', async () => {
    const night = read('examples/night/README.md');
    expect(typedIn(night).length).toBeGreaterThan(25);
    begin();
    copyFileSync(join(root, 'examples/night/night.yaml'), join(folder.path, 'night.yaml'));
    await played.play(night);
    expect(existsSync(join(folder.path, 'night.html'))).toBe(true);
    const ledger = await ledgerOf(folder);
    const moves = ledger.filter(({ kind }) => kind === 'migrate').map(({ vmName, outcome }) => `${vmName} ${outcome}`);
    expect(moves.slice(0, 4)).toEqual(['vm-001 succeeded', 'vm-002 succeeded', 'vm-003 failed', 'vm-003 succeeded']);
    expect(moves.slice(4).sort()).toEqual(['vm-004 succeeded', 'vm-005 succeeded']);
    expect(ledger.filter(({ kind }) => kind === 'start')).toHaveLength(5);
    expect(ledger.filter(({ kind }) => kind === 'power-off').map(({ vmName }) => vmName)).toHaveLength(5);
  });
});

async function ledgerOf({ path }: Folder): Promise<LedgerEntry[]> {
  const url = /http:\/\/[\d.:]+/.exec(readFileSync(join(path, 'drover.yaml'), 'utf8'))?.[0];
  return (await (await fetch(`${url}/_sim/ledger`)).json()) as LedgerEntry[];
}
