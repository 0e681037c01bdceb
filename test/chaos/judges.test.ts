/** The judges must see what they are there for: each is shown the violation that it looks for. */
import { describe, expect, it } from '@jest/globals';
import { cutoversWithoutLeave } from '../../chaos/judge-leave.js';
import { differences } from '../../chaos/judge-report.js';
import { duplicateSubmissions } from '../../chaos/judge-submissions.js';
import { whereabouts } from '../../chaos/judge-whereabouts.js';
import { measureRecovery } from '../../chaos/recovery.js';
import { timelineOf } from '../../chaos/timeline.js';
import { accepted, evidence, migrated, SITES, vmReport } from './made-up.js';

describe('duplicate submissions', () => {
  const found = (...entries: Parameters<typeof accepted>[0][]) =>
    duplicateSubmissions({ ledger: entries.map(accepted), held: [] }).violations.map(({ message }) => message);

  it('are none when each operation was accepted once', () => {
    expect(found({ kind: 'start' }, { kind: 'migrate' }, { kind: 'delete' })).toEqual([]);
  });

  it('are none when the first had failed before the second', () => {
    expect(found({ attempt: 1, outcome: 'failed', at: 10, endedAt: 20 }, { attempt: 2, at: 30 })).toEqual([]);
  });

  it('are found when the first still ran, whatever came of it', () => {
    expect(found({ attempt: 1, outcome: 'failed', at: 10, endedAt: 40 }, { attempt: 2, at: 30 })).toEqual([
      'start of web1 accepted again (run/vm-1/start/2) while run/vm-1/start/1 was running',
    ]);
    expect(found({ attempt: 1, at: 10, endedAt: 20 }, { attempt: 2, at: 30 })).toHaveLength(1);
  });

  it('are found under one operation id even after a failure', () => {
    const first = { attempt: 1, outcome: 'failed', at: 10, endedAt: 20 } as const;
    expect(found(first, { attempt: 1, at: 30 })).toEqual([
      'start of web1 accepted twice under run/vm-1/start/1 (tasks task-10, task-30)',
    ]);
  });

  it('are none under one operation id at a site that tells none, when nothing of the first was left', () => {
    const again = (...entries: Parameters<typeof accepted>[0][]) =>
      duplicateSubmissions({ ledger: entries.map(accepted), held: [], isBlind: true }).violations;
    const failed = { attempt: 1, outcome: 'failed', at: 10, endedAt: 20 } as const;
    expect(again(failed, { attempt: 1, at: 30 })).toEqual([]);
    expect(again({ ...failed, endedAt: 40 }, { attempt: 1, at: 30 })).toHaveLength(1);
    expect(again(failed, { attempt: 1, at: 30 }, { attempt: 1, at: 60 })).toHaveLength(1);
  });

  it('are listed apart where a person decided', () => {
    const hold = { site: 'lyon', code: 'Undecided', message: '', advice: null };
    const ledger = [accepted({ attempt: 1, at: 10, endedAt: 20 }), accepted({ attempt: 2, at: 30 })];
    const { violations, decided } = duplicateSubmissions({ ledger, held: [{ vmId: 'vm-1', hold }] });
    expect([violations.length, decided.length]).toEqual([0, 1]);
  });
});

describe('whereabouts', () => {
  it('are in order when the VM was moved once', () => {
    expect(whereabouts(migrated())).toEqual([]);
  });

  it('miss a VM that the report forgot', () => {
    const { report, ...rest } = migrated();
    expect(whereabouts({ ...rest, report: report && { ...report, vms: [] } })).toMatchObject([{ item: 'lost' }]);
  });

  it('miss a VM that is in neither place', () => {
    const world = { sites: { paris: SITES.empty, lyon: SITES.empty } };
    expect(whereabouts({ ...migrated(), world })).toMatchObject([{ item: 'lost' }, { item: 'lost' }]);
  });

  it('tell of VMs that are stuck or failed', () => {
    const report = (change: object) => ({ ...evidence().report, vms: [vmReport(change)] });
    const stuck = { ...evidence(), report: report({ state: 'waiting', step: 'gate', waitingFor: 'capacity' }) };
    expect(whereabouts(stuck as never)).toMatchObject([
      { item: 'stuck', message: 'web1 is waiting in step gate, waits for capacity' },
    ]);
    const failed = { ...evidence(), report: report({ state: 'failed' }) };
    expect(whereabouts(failed as never)).toMatchObject([{ item: 'failed' }]);
  });
});

describe('leave', () => {
  const migrate = accepted({ kind: 'migrate', at: 1_000 });
  const judged = (given: object) =>
    cutoversWithoutLeave({ ...evidence(), ledger: [migrate], ...given }).map(({ message }) => message);

  it('is given by an approval before the cutover', () => {
    expect(judged({ approvedAt: new Map([['all', 900]]) })).toEqual([]);
    expect(judged({ approvedAt: new Map([['all', 1_100]]) })).toEqual(['migrate of web1 before its wave was approved']);
    expect(judged({ approvedAt: new Map() })).toHaveLength(1);
  });

  it('is given by an open window', () => {
    expect(judged({ window: { opens: 900, closes: 2_000 } })).toEqual([]);
    expect(judged({ window: { opens: 1_100, closes: 2_000 } })).toEqual(['migrate of web1 before its window opened']);
    expect(judged({ window: { opens: -20_000, closes: -10_000 } })).toHaveLength(1);
  });
});

describe('the report', () => {
  it('equals the ledger of a VM that was moved', () => {
    expect(differences(migrated())).toEqual([]);
  });

  it('differs by what it leaves out, makes up, or tells otherwise', () => {
    const { report, ledger } = migrated();
    const vm = report?.vms[0];
    const messages = (operations: unknown[], entries = ledger) =>
      differences({ report: { ...report, vms: [{ ...vm, operations }] } as never, ledger: entries }).map(
        ({ message }) => message,
      );
    const [start, ...others] = vm?.operations ?? [];
    expect(messages(others)).toEqual(['start of web1 (run/vm-1/start/1) is not in the report']);
    expect(messages(vm?.operations ?? [], ledger.slice(1))).toEqual([
      'start of web1 (run/vm-1/start/1) is reported, and was never accepted',
    ]);
    expect(messages([{ ...start, result: 'failed' }, ...others])).toHaveLength(1);
    expect(messages([{ ...start, taskId: 'another' }, ...others])).toHaveLength(1);
  });
});

describe('recovery', () => {
  it('counts from the first restart after the death of all to the next thing that moves', () => {
    const event = (at: number, kind: string, alive: number) => ({ at, kind, alive, text: '' }) as never;
    const events = [
      event(0, 'worker-started', 2),
      event(100, 'worker-killed', 1),
      event(200, 'worker-started', 2),
      event(300, 'worker-killed', 0),
      event(500, 'worker-started', 1),
      event(600, 'worker-started', 2),
    ];
    const ledger = [accepted({ at: 150 }), accepted({ at: 400 }), accepted({ kind: 'migrate', at: 2_500 })];
    expect(measureRecovery(events, ledger, null)).toEqual({ times: [2_000], median: 2_000, max: 2_000 });
    expect(measureRecovery([], ledger, null)).toEqual({ times: [], median: null, max: null });
  });
});

describe('a timeline', () => {
  it('tells in order what happened to the VM and to everybody', () => {
    const events = [{ at: 15, kind: 'worker-killed', text: 'worker 1 killed', alive: 0 }] as never;
    const lines = timelineOf('vm-1', { ...migrated(), events }, 0);
    expect(lines[0]).toBe('+0:00.010  site     start run/vm-1/start/1 task task-10');
    expect(lines.some((line) => line.includes('worker 1 killed'))).toBe(true);
  });
});
