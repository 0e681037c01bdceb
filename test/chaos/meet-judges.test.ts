/** The judges of a meeting must see what they are there for: each is shown the violation that it looks for. */
import { describe, expect, it } from '@jest/globals';
import { atOnce, betweenOthers, type Execution, outsideOfWorkflows, owned } from '../../chaos/meet/held.js';
import { hadUntil } from '../../chaos/meet/witnesses.js';
import type { LedgerEntry, LedgerKind } from '../../simulator/index.js';

const VM = 'vm-1';

const accepted = (run: string, kind: LedgerKind, at: number, endedAt = at + 1_000): LedgerEntry => ({
  seq: at,
  at,
  simulatedAt: at,
  site: 'lyon',
  kind,
  operationId: `drover/${run}/${VM}/${kind}/1`,
  user: 'ops@acme',
  vmId: VM,
  vmName: 'web1',
  replicationId: 'r-1',
  taskId: `task-${at}`,
  outcome: 'succeeded',
  endedAt,
});
const own = (...entries: LedgerEntry[]) => owned(entries).own;
const execution = (run: string, from: number, to: number | null, isTerminated = false): Execution => ({
  run,
  vmId: VM,
  from,
  to,
  isTerminated,
});

describe('a VM of several runs', () => {
  it('is touched under a workflow of the run that sends', () => {
    const sent = own(accepted('one', 'start', 5_000));
    expect(outsideOfWorkflows(sent, [execution('one', 1_000, null)])).toEqual([]);
    expect(outsideOfWorkflows(sent, [execution('one', 1_000, 4_000)])).toHaveLength(1);
    expect(outsideOfWorkflows(sent, [execution('two', 1_000, 9_000)])).toHaveLength(1);
  });

  it('may be touched by a call that was on its way when its workflow was terminated', () => {
    const executions = [execution('one', 1_000, 4_000, true)];
    expect(outsideOfWorkflows(own(accepted('one', 'start', 5_000)), executions)).toEqual([]);
    expect(outsideOfWorkflows(own(accepted('one', 'start', 60_000)), executions)).toHaveLength(1);
  });

  it('is one run from its first operation to its end there, its gate included, but for rehearsals', () => {
    const until = () => 20_000;
    const first = accepted('one', 'start', 1_000);
    expect(betweenOthers(own(first, accepted('two', 'sync', 10_000)), until)).toMatchObject([
      { message: expect.stringContaining('while run one had the VM') },
    ]);
    expect(betweenOthers(own(first, accepted('two', 'sync', 21_000)), until)).toEqual([]);
    expect(betweenOthers(own(first, accepted('two', 'failover-test', 10_000)), until)).toEqual([]);
    expect(
      betweenOthers(own(accepted('one', 'failover-test', 1_000), accepted('two', 'start', 10_000)), until),
    ).toEqual([]);
  });

  it('has operations of one run at a time, rehearsals included', () => {
    const test = accepted('one', 'failover-test', 1_000, 9_000);
    expect(atOnce(own(test, accepted('two', 'migrate', 5_000)))).toHaveLength(1);
    expect(atOnce(own(test, accepted('two', 'migrate', 9_500)))).toEqual([]);
  });

  it('is told from operations of nobody', () => {
    expect(owned([{ ...accepted('one', 'start', 1), operationId: null }]).foreign).toHaveLength(1);
    expect(owned([{ ...accepted('one', 'power-off', 1), operationId: null }]).foreign).toEqual([]);
  });

  it('is free when its run was ended by force and nothing of it is open', () => {
    const executions = [execution('one', 1_000, 8_000)];
    expect(hadUntil(new Map(), executions, new Map([['one', 5_000]]))('one', VM)).toBe(8_000);
    expect(hadUntil(new Map(), executions, new Map([['one', 9_000]]))('one', VM)).toBe(9_000);
    expect(hadUntil(new Map(), executions, new Map())('one', VM)).toBe(Number.POSITIVE_INFINITY);
  });
});
