/** A moment reads the same wherever it is read, or says in which zone it is told. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clock, moment, momentAsWritten, momentIn } from '../../client/words.js';
import { type Folder, tempFolder } from '../support/folder.js';
import { A, HEAD } from '../support/plan-files.js';
import { cli } from './support/cli.js';

let folder: Folder;
beforeAll(() => {
  folder = tempFolder();
  const site = '{ url: "http://127.0.0.1:1", login: { type: vcdCredentials, user: a@b, password: x } }';
  folder.write('drover.yaml', `sites: { paris: ${site}, lyon: ${site} }\n`);
  const window = '{ opens: 2099-12-05T22:00:00+01:00, closes: 2099-12-06T05:00:00+01:00 }';
  folder.write('plan.yaml', `${HEAD}cutover: { window: ${window} }\nvms: [ { id: ${A}, name: web1 } ]\n`);
});
afterAll(() => folder.remove());

describe('the window of a plan', () => {
  it.each(['UTC', 'Europe/Paris', 'America/New_York'])('is told in its own zone to a person in %s', async (TZ) => {
    const { code, stdout } = await cli(['run', 'plan.yaml', '--dry-run'], { cwd: folder.path, env: { TZ } });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ +window +2099-12-05 22:00:00 \+01:00 to 2099-12-06 05:00:00 \+01:00 \(7 h/m);
  });
});

describe('a moment', () => {
  it('says its zone', () => {
    expect(moment('2026-12-05T21:00:00.000Z')).toMatch(/^2026-12-0\d \d\d:\d\d:00 (UTC|[+-]\d\d:\d\d)$/);
    expect(clock(new Date())).toMatch(/^\d\d:\d\d:\d\d (UTC|[+-]\d\d:\d\d)$/);
    expect(moment(null)).toBe('-');
  });

  it('is told in a zone that is named, summer and winter, and as it was written', () => {
    expect(momentIn('2026-12-05T21:00:00.000Z', 'Europe/Paris')).toBe('2026-12-05 22:00:00 +01:00');
    expect(momentIn('2026-07-05T21:00:00.000Z', 'Europe/Paris')).toBe('2026-07-05 23:00:00 +02:00');
    expect(momentIn('2026-12-05T21:00:00.000Z', 'UTC')).toBe('2026-12-05 21:00:00 UTC');
    expect(momentAsWritten('2026-12-05T22:00:00.000+01:00')).toBe('2026-12-05 22:00:00 +01:00');
    expect(momentAsWritten('2026-12-05T21:00:00.000Z')).toBe('2026-12-05 21:00:00 UTC');
  });
});
