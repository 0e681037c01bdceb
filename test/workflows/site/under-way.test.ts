/** What a site tells of units that are on their way, so that nobody has to ask each of them. */
import { describe, expect, it } from '@jest/globals';
import type { OperationKind } from '../../../contract/operation.js';
import type { SlotRequest } from '../../../contract/site.js';
import type { Watch } from '../../../contract/watch.js';
import { underWay } from '../../../workflows/site/under-way.js';

const workflowId = (vm: string) => `vm/paris/${vm}`;
const watch = (vm: string, kind: OperationKind, change: Partial<Watch> = {}): Watch => ({
  operationId: `drover/exit-1/${vm}/${kind}/1`,
  workflowId: workflowId(vm),
  run: 'exit-1',
  vm: { id: vm, name: vm },
  kind,
  taskId: null,
  replicationId: null,
  peer: 'paris',
  until: 'task',
  phase: 'task',
  slot: null,
  since: 0,
  ...change,
});
const waits = (vm: string, run = 'exit-1'): SlotRequest => ({
  slot: 'sync',
  workflowId: workflowId(vm),
  run,
  vm: { id: vm, name: vm },
  share: null,
});
const told = (watches: Watch[], queue: SlotRequest[] = [], brake = false) =>
  underWay({ watches, queue, brake }, 'exit-1').map((one) => [one.workflowId, one.step, one.waitingFor]);

describe('what a site does for the units of a run', () => {
  it('is the step of each whose operation runs, and who waits for a place', () => {
    const running = [
      watch('a', 'start'),
      watch('b', 'start', { phase: 'sync' }),
      watch('c', 'migrate'),
      watch('d', 'reverse', { phase: 'sync' }),
      watch('e', 'reconfigure'),
    ];
    expect(told(running, [waits('f')])).toEqual([
      [workflowId('f'), null, 'capacity'],
      [workflowId('a'), 'start', null],
      [workflowId('b'), 'initial-sync', null],
      [workflowId('c'), 'migrate', null],
      [workflowId('d'), 'resync', null],
      [workflowId('e'), null, null],
    ]);
  });

  it('is the brake where the site has it on', () => {
    expect(told([], [waits('a')], true)).toEqual([[workflowId('a'), null, 'brake']]);
  });

  it('is nothing of other runs, and each unit once: its operation, not the place that it waits for as well', () => {
    const others = [watch('a', 'start', { run: 'exit-2' })];
    expect(told([...others, watch('b', 'sync')], [waits('b'), waits('c', 'exit-2')])).toEqual([
      [workflowId('b'), 'sync', null],
    ]);
  });

  it('says which meet trouble', () => {
    expect(
      underWay({ watches: [watch('a', 'sync', { seen: { told: 'Stalled' } })], queue: [], brake: false }, 'exit-1'),
    ).toMatchObject([{ workflowId: workflowId('a'), step: 'sync', waitingFor: null, isTroubled: true }]);
  });
});
