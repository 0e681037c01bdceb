/** A run that pauses itself: how many sources are touched by then, told by the ledger. */
import { expect, it as one, describe as plain } from '@jest/globals';
import type { FailuresInRow } from '../../../contract/inputs.js';
import { approveUpdate, siteStatusQuery, vmReportQuery } from '../../../contract/messages.js';
import { runWorkflowId, siteWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import { untouched, type VmReport } from '../../../contract/report.js';
import { parsePlan } from '../../../plan/load-plan.js';
import { endOf, withEnded } from '../../../workflows/run/failures-in-row.js';
import { inShort } from '../../support/in-short.js';
import { withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { isAtGate } from '../../support/vm-report.js';

let clock = Date.parse('2026-11-28T00:00:00Z');

/** Each ends a second after the one before, unless it says when. */
function ended(
  id: string,
  code: string | null,
  operation: 'migrate' | 'failover' | 'start' | 'sync' = 'migrate',
  at = (clock +=
    1_000),
): VmReport {
  const error = { code: code ?? '', message: '', operation, taskId: null, site: null, advice: null };
  const record = {
    kind: operation,
    operationId: id,
    taskId: null,
    adopted: false,
    submittedAt: '',
    finishedAt: new Date(at).toISOString(),
  };
  return {
    ...untouched({ id, name: id }, 'all'),
    state: code === null ? 'succeeded' : 'failed',
    error: code === null ? null : error,
    operations: [{ ...record, result: code === null ? 'succeeded' : 'failed' }],
  };
}

plain('failures in a row', () => {
  function rowOf(...all: VmReport[]): string[] {
    const row = all.reduce<FailuresInRow | null>((before, vm) => {
      const end = endOf(vm);
      return end === null ? before : withEnded(before, end);
    }, null);
    return row?.ends.map(({ id }) => id) ?? [];
  }

  one('are cutovers alone, with one code, and a success between ends the row', () => {
    expect(rowOf(ended('a', 'X'), ended('b', 'X'), ended('c', 'X'))).toEqual(['a', 'b', 'c']);
    expect(rowOf(ended('a', 'X'), ended('b', 'Y'), ended('c', 'X'))).toEqual(['c']);
    expect(rowOf(ended('a', 'X'), ended('b', null), ended('c', 'X'))).toEqual(['c']);
    expect(rowOf(ended('a', 'X'), ended('b', 'X', 'start'), ended('c', 'X'))).toEqual(['a', 'c']);
    expect(rowOf(ended('a', 'X'), ended('b', 'WindowMissed'), ended('c', 'X'))).toEqual(['a', 'c']);
    expect(rowOf(ended('a', 'X', 'failover'), ended('b', 'X', 'failover'))).toEqual(['a', 'b']);
  });

  one('count the sync right before a cutover as part of it, and that of a first copy not', () => {
    function ofCutover(id: string): VmReport {
      const vm = ended(id, 'X', 'sync');
      return { ...vm, step: 'sync', finishedAt: vm.operations[0]?.finishedAt ?? null };
    }
    expect(rowOf(ended('a', 'X'), ofCutover('b'), ended('c', 'X', 'sync'))).toEqual(['a', 'b']);
  });

  one('are counted by their ends, however late the report of a success comes', () => {
    const at = clock + 10_000;
    const failed = (id: string, after: number) => ended(id, 'X', 'migrate', at + after);
    const succeeded = (after: number) => ended('s', null, 'migrate', at + after);
    expect(rowOf(failed('a', 1), failed('b', 2), succeeded(0), failed('c', 3))).toEqual(['a', 'b', 'c']);
    expect(rowOf(failed('a', 1), failed('b', 3), succeeded(2), failed('c', 4))).toEqual(['b', 'c']);
    expect(rowOf(succeeded(2), failed('a', 1), failed('b', 3))).toEqual(['b']);
    expect(rowOf(failed('b', 2), failed('a', 1), failed('c', 3))).toEqual(['a', 'b', 'c']);
  });
});

plain('the key stopAfter', () => {
  const read = (stopAfter: unknown) =>
    parsePlan({
      name: 'exit',
      kind: 'migrate',
      source: { site: 'paris' },
      destination: { site: 'lyon', vdc: '5ee9224f-305d-46f6-865f-b605e70acef8' },
      ...(stopAfter === undefined ? {} : { stopAfter }),
      vms: [{ id: '441a891a-5294-4dff-b02d-c605d335be1a', name: 'web1' }],
    }).stopAfter;

  one('is three cutovers in a row with one code, unless a plan says otherwise', () => {
    expect(read(undefined)).toEqual({ sameCode: 3 });
    expect(read({ failures: '10%', sameCode: 2 })).toEqual({ percent: 10, sameCode: 2 });
    expect(read({ failures: 4 })).toEqual({ count: 4 });
    expect(read(5)).toEqual({ count: 5 });
    expect(read('10%')).toEqual({ percent: 10 });
  });

  one.each([[{}], [{ failures: 0 }], [{ sameCode: '3' }], [{ same: 3 }]])('refuses %j', (wrong) => {
    expect(() => read(wrong)).toThrow(/stopAfter/);
  });
});

describe('a network or address that is wrong for all', () => {
  it.concurrent.each(inShort([1, 5, 10], (cutovers) => cutovers === 5))(
    'takes down at most 2 + %i sources',
    (cutovers) =>
      withLab({ vms: cutovers + 4, speed: 1_000 }, async (lab) => {
        lab.simulator.control.addFaults({
          operation: 'migrate',
          kind: 'fail-task',
          stage: 'recover',
          error: { code: 'NetworkNotFound', msg: 'net-b' },
        });
        const { report } = await lab.start(lab.plan({ limits: { cutovers }, stopAfter: { sameCode: 3 } }));
        const paused = await until(report, (r) => r.state === 'paused' && r.totals.failed >= Math.min(3, cutovers + 2));
        expect(paused.pausedBecause).toMatch(/3 cutovers in a row failed with NetworkNotFound/);
        // What was accepted goes on to its end; when nobody holds or wants a slot, nothing more will begin.
        const site = lab.client.workflow.getHandle(siteWorkflowId(lab.destination));
        await until(
          () => site.query(siteStatusQuery),
          ({ holders, queue }) => holders.length === 0 && queue.length === 0,
        );
        const touched = lab.simulator.control.ledger().filter(({ kind }) => kind === 'migrate').length;
        expect(touched).toBeLessThanOrEqual(2 + cutovers);
        expect(touched).toBeGreaterThanOrEqual(3);
      }),
  );
});

describe('a cutover whose task ended well', () => {
  it.concurrent('keeps its place until the replication says that the VM is up', () =>
    withLab({ vms: 2, speed: 200 }, async (lab) => {
      const { control } = lab.simulator;
      control.addFaults({
        operation: 'migrate',
        kind: 'odd-task',
        task: { members: { state: 'SUCCEEDED', endTime: Date.now() + 1_000 } },
      });
      const cutover = { approval: 'wave', window: null, powerOn: true, consolidate: false } as const;
      const { run, report, result } = await lab.start(lab.plan({ limits: { cutovers: 1 }, cutover }));
      const { vms: all } = await report();
      const told = () =>
        Promise.all(
          all.map(({ id }) =>
            lab.client.workflow
              .getHandle(vmWorkflowId(lab.source, id))
              .query(vmReportQuery)
              .catch(() => null),
          ),
        );
      await until(told, (vms) => vms.every(isAtGate));
      control.setSpeed(0.5);
      await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(approveUpdate, { args: [{}] });
      const verifying = await until(told, (vms) => vms.some((vm) => vm?.step === 'verify'));
      const first = verifying.find((vm) => vm?.step === 'verify');
      const site = lab.client.workflow.getHandle(siteWorkflowId(lab.destination));
      const { holders } = await until(
        () => site.query(siteStatusQuery),
        ({ holders: held, queue }) => held.length === 1 && queue.length === 1,
      );
      expect(holders[0]?.workflowId).toBe(vmWorkflowId(lab.source, first?.id ?? ''));
      expect(control.ledger().filter(({ kind }) => kind === 'migrate')).toHaveLength(1);
      control.clearFaults();
      control.setSpeed(1_000);
      expect((await result()).totals).toMatchObject({ succeeded: 2 });
    }));
});
