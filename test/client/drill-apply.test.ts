import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ErrorDocument } from '../../cli/text/render-error.js';
import type { Applied } from '../../client/index.js';
import { until } from '../support/until.js';
import { openWorld, type World } from './support/world.js';

const MONTHLY = 'schedule: { cron: "0 4 1 * *", timezone: Europe/Paris }';

let world: World;
let set: string;
beforeAll(async () => {
  world = await openWorld({ vms: 4, worker: false });
  mkdirSync(join(world.folder.path, 'drills'));
  set = `set-${world.tag}`;
});
afterAll(async () => {
  for (const { drill } of (await world.drover.drills()).filter((one) => one.drill.endsWith(world.tag))) {
    await world.drover.drill(drill).unschedule();
  }
  await world.close();
});

const named = (name: string) => `${name}-${world.tag}`;
/** puts a drill into the folder that is applied */
const drill = (name: string, ...more: string[]) => world.drill(`drills/${named(name)}`, 1, more);
const apply = async (...more: string[]) =>
  world.json<Applied & { unscheduled: string[] }>('drill', 'apply', 'drills', '--set', set, ...more);
const scheduled = async () =>
  (await world.drover.drills()).map((one) => one.drill).filter((one) => one.endsWith(world.tag));

describe('applying a folder of drills', () => {
  it('creates what is missing; a dry run only says so', async () => {
    drill('a', MONTHLY);
    drill('b', MONTHLY);
    drill('by-hand-only');
    writeFileSync(join(world.folder.path, 'drills/plan.yaml'), 'name: a-plan\nkind: migrate\nwaves: []\n');
    const dry = await apply('--dry-run');
    expect(dry.document).toMatchObject({ dryRun: true, unscheduled: [named('by-hand-only')] });
    expect(await scheduled()).toEqual([]);

    const { code, document } = await apply();
    expect(code).toBe(0);
    expect(document.drills).toEqual(dry.document.drills);
    expect(document.drills).toEqual([
      { drill: named('a'), change: 'created', differences: [] },
      { drill: named('b'), change: 'created', differences: [] },
    ]);
    expect(await until(scheduled, (names) => names.length === 2)).toEqual([named('a'), named('b')]);
  });

  it('changes nothing the second time, and shows what a changed file changes', async () => {
    expect((await apply()).document.drills.map(({ change }) => change)).toEqual(['unchanged', 'unchanged']);
    drill('b', 'hold: 10m', MONTHLY.replace('0 4', '0 5'));
    const { stdout } = await world.run('drill', 'apply', 'drills', '--set', set, '--dry-run');
    expect(stdout).toMatch(new RegExp(`^${named('b')} +would be updated\\n {2}schedule.cron: 0 4 1 .* -> 0 5 1 `, 'm'));
    expect(stdout).toContain('  hold: 0ms -> 10m');
    expect(stdout).toContain(`Set ${set}: 1 of 2 schedules would change; nothing was done.`);
    expect((await apply()).document.drills).toMatchObject([{ change: 'unchanged' }, { change: 'updated' }]);
  });

  it('leaves what is not in the folder, and removes with --prune only what it has made itself', async () => {
    const [byHand, ofOthers] = [named('hand'), named('others')];
    await world.run('drill', 'schedule', world.drill(byHand, 1, [MONTHLY]));
    mkdirSync(join(world.folder.path, 'theirs'));
    world.drill(`theirs/${ofOthers}`, 1, [MONTHLY]);
    await world.run('drill', 'apply', 'theirs', '--set', `${set}-theirs`);
    await until(scheduled, (names) => names.length === 4);

    rmSync(join(world.folder.path, `drills/${named('a')}.yaml`));
    const left = await world.run('drill', 'apply', 'drills', '--set', set);
    expect(left.stdout).toMatch(new RegExp(`^${named('a')} +not in the folder, left alone$`, 'm'));
    expect(left.stdout).toContain('--prune');
    expect(await scheduled()).toContain(named('a'));

    const pruned = await apply('--prune');
    expect(pruned.document.drills).toEqual([
      { drill: named('b'), change: 'unchanged', differences: [] },
      { drill: named('a'), change: 'removed', differences: [] },
    ]);
    expect(await until(scheduled, (names) => !names.includes(named('a')))).toEqual([named('b'), byHand, ofOthers]);
  });

  it('takes over what was scheduled by hand, never what another folder applies', async () => {
    world.drill(`drills/${named('hand')}`, 1, [MONTHLY]);
    expect((await apply()).document.drills).toContainEqual({
      drill: named('hand'),
      change: 'updated',
      differences: [`set: none -> ${set}`],
    });
    const { code, document } = await world.json<ErrorDocument>('drill', 'apply', 'theirs', '--set', set);
    expect(code).toBe(2);
    expect(document.error).toMatchObject({ code: 'ScheduleTaken', message: expect.stringContaining(`${set}-theirs`) });
  });

  it('goes on being applied after it was scheduled by hand once more', async () => {
    const { document } = await world.json('drill', 'schedule', `drills/${named('hand')}.yaml`);
    expect(document).toMatchObject({ change: 'unchanged' });
    expect((await apply()).document.drills.map(({ change }) => change)).toEqual(['unchanged', 'unchanged']);
  });
});

describe('unscheduling a drill of an applied folder', () => {
  it('says on a line of its own that the next apply makes it again', async () => {
    const { code, stdout } = await world.run('drill', 'unschedule', named('hand'));
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toEqual([
      `Drill ${named('hand')} is scheduled no more.`,
      `It was applied as ${set}: while its file is there, the next apply makes it again.`,
    ]);
    expect(await until(scheduled, (names) => !names.includes(named('hand')))).toContain(named('b'));
  });
});

describe('a folder that cannot be applied', () => {
  it('is told with the problems of all its files, and nothing is done', async () => {
    drill('bad', 'schedule: { cron: "0 4 99 * *", timezone: Europe/Paris }');
    drill('worse', 'schedule: { cron: "0 4 1 * *", timezone: Europe/Pariss }');
    drill('good', MONTHLY);
    const { code, stderr } = await world.run('drill', 'apply', 'drills', '--set', set);
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`^drills/${named('bad')}\\.yaml:\\d+:\\d+ .*cron`, 'm'));
    expect(stderr).toMatch(new RegExp(`^drills/${named('worse')}\\.yaml:\\d+:\\d+ .*Pariss`, 'm'));
    expect(await scheduled()).not.toContain(named('good'));
  });

  it('is one where two files have the same drill', async () => {
    mkdirSync(join(world.folder.path, 'twice'));
    for (const one of ['twice/first', 'twice/second']) {
      const file = world.drill(one, 1, [MONTHLY]);
      writeFileSync(file, readFileSync(file, 'utf8').replace(/^name: .*/, 'name: same'));
    }
    const { code, stderr } = await world.run('drill', 'apply', 'twice', '--set', set);
    expect(code).toBe(2);
    expect(stderr).toMatch(/twice\/second\.yaml +the name same is taken by twice\/first\.yaml/);
  });

  it('is an empty one, above all with --prune', async () => {
    mkdirSync(join(world.folder.path, 'empty'));
    for (const folder of ['empty', 'nowhere']) {
      const { code, stderr } = await world.run('drill', 'apply', folder, '--set', set, '--prune');
      expect(code).toBe(2);
      expect(stderr).toContain(folder);
    }
    expect(await scheduled()).toContain(named('b'));
  });
});
