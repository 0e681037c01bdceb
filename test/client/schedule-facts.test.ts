import { describe, expect, it } from '@jest/globals';
import { desiredFacts, differences, type ScheduledDrill, scheduleOptions } from '../../client/drills/schedule-facts.js';

const drill: ScheduledDrill = {
  name: 'crm',
  mode: 'test',
  source: { site: 'paris' },
  destination: { site: 'lyon' },
  groups: [{ name: 'all', vms: [{ id: 'a', name: 'web1', after: [] }] }],
  recovery: { instance: 'latest', powerOn: true, consolidate: false, sync: false },
  checks: [],
  hold: 900_000,
  objectives: { rto: null, rpo: null },
  limits: {},
  waitForVms: 0,
  timeout: 86_400_000,
  confirm: null,
  schedule: {
    cron: ['0 4 1 * *'],
    timezone: 'Europe/Paris',
    overlap: 'skip',
    catchup: 3_600_000,
    jitter: 0,
    pauseOnFailure: true,
  },
};
const facts = (change: Partial<ScheduledDrill> = {}, set: string | null = null) =>
  desiredFacts({ ...drill, ...change }, 'drover', set);

describe('what changes about a schedule', () => {
  it('is nothing for the same drill, however its members are ordered', () => {
    expect(differences(facts(), facts(Object.fromEntries(Object.entries(drill).reverse())))).toEqual([]);
  });

  it('is told in the words of the file', () => {
    const schedule = { ...drill.schedule, cron: ['0 5 1 * *', '0 5 15 * *'], catchup: 7_200_000 };
    expect(differences(facts(), facts({ schedule, hold: 1_200_000 }, 'dr'))).toEqual([
      'schedule.cron: 0 4 1 * * -> 0 5 1 * *, 0 5 15 * *',
      'schedule.catchup: 1h -> 2h',
      'set: none -> dr',
      'hold: 15m -> 20m',
    ]);
  });

  it('names what is too long to show', () => {
    const groups = [{ name: 'all', vms: [] }];
    expect(differences(facts(), facts({ groups }))).toEqual(['groups']);
  });
});

describe('the schedule that Temporal is asked for', () => {
  it('starts nothing at once and makes nothing up', () => {
    expect(scheduleOptions(drill, 'drover', null)).not.toHaveProperty('state');
  });
});
