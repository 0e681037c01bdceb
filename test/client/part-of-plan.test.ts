import { describe, expect, it } from '@jest/globals';
import { NotInPlan, partOf } from '../../client/index.js';
import { aPlan, aVm, aWave } from '../support/plans.js';

const [db, app, web] = [aVm('db'), aVm('app'), aVm('web')];
const plan = aPlan({
  waves: [aWave('data', db), aWave('front', { ...app, after: [db.id] }, { ...web, after: [app.id] })],
});
const namesIn = (part: ReturnType<typeof partOf>) =>
  part.waves.map(({ name, vms }) => [name, ...vms.map((vm) => vm.name)]);

describe('a part of a plan', () => {
  it('has the VMs that are named, by id or name in whatever case, in the order of the plan', () => {
    expect(namesIn(partOf(plan, { vms: ['WEB', db.id.toUpperCase()] }))).toEqual([
      ['data', 'db'],
      ['front', 'web'],
    ]);
    expect(namesIn(partOf(plan, { wave: 'front' }))).toEqual([['front', 'app', 'web']]);
    expect(namesIn(partOf(plan, {}))).toEqual(namesIn(plan));
  });

  it('waits for none that is left out', () => {
    expect(partOf(plan, { wave: 'front' }).waves[0]?.vms.map(({ after }) => after)).toEqual([[], [app.id]]);
  });

  it('is none of what the plan has not got, or has twice', () => {
    expect(() => partOf(plan, { vms: ['wbe'] })).toThrow('has no VM wbe. Nearest: web.');
    expect(() => partOf(plan, { wave: 'frnt' })).toThrow('has no wave frnt. Nearest: front.');
    expect(() => partOf(plan, { wave: 'data', vms: ['web'] })).toThrow(NotInPlan);
    const twins = aPlan({ waves: [aWave('all', db, aVm('db', { id: web.id }))] });
    expect(() => partOf(twins, { vms: ['db'] })).toThrow('has several VMs db.');
  });
});
