/** Histories of real runs must replay on today's workflow code: what is under way when a new version arrives goes on. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { dataConverter } from '../../temporal/data-converter.js';
import { installRuntime } from '../../worker/logger.js';
import * as workflows from '../../workflows/index.js';
import { testBundle } from '../support/test-bundle.js';

const DIRECTORY = fileURLToPath(new URL('histories/', import.meta.url));
const shapes = readdirSync(DIRECTORY).sort();
const read = (shape: string): unknown => JSON.parse(readFileSync(`${DIRECTORY}${shape}`, 'utf8'));

let workflowBundle: WorkflowBundleOption;
beforeAll(async () => {
  installRuntime({ DROVER_LOG: 'silent' });
  workflowBundle = await testBundle();
});

type Started = { workflowType?: { name?: string }; workflowId?: string };

/** The workflow that a history is of, as its first event names it. */
function startedAs(history: unknown): Started {
  const [first] = (history as { events: { workflowExecutionStartedEventAttributes?: Started }[] }).events;
  return first?.workflowExecutionStartedEventAttributes ?? {};
}

interface Scheduled {
  activityType: { name: string };
  /** as `10s`; `0s`: none */
  heartbeatTimeout: string;
  startToCloseTimeout: string;
}

const activitiesOf = (history: unknown): Scheduled[] =>
  (history as { events: { activityTaskScheduledEventAttributes?: Scheduled }[] }).events.flatMap(
    ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled ?? [],
  );

/** Seconds. */
const missedAfter = ({ heartbeatTimeout, startToCloseTimeout }: Scheduled): number =>
  Number.parseFloat(heartbeatTimeout) || Number.parseFloat(startToCloseTimeout);

const typeOf = (history: unknown): string => startedAs(history).workflowType?.name ?? '';

/** migrateVm: migrate-vm */
const fileNameOf = (type: string): string => type.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

describe('recorded histories', () => {
  it('cover every workflow type', () => {
    const recorded = shapes.map((shape) => typeOf(read(shape)));
    expect(shapes.map((shape) => shape.split('.')[0])).toEqual(recorded.map(fileNameOf));
    expect([...new Set(recorded)].sort()).toEqual(Object.keys(workflows).sort());
  });

  it('cover the shapes of each', () => {
    expect(shapes.map((name) => name.replace(/\.json$/, ''))).toEqual([
      'ask-sites.check',
      'ask-sites.listed',
      'claims.met',
      'copy-vm.happy',
      'drill-vm.cancelled',
      'drill-vm.failed',
      'drill-vm.happy',
      'drill-vm.roundtrip',
      'drill.cancelled',
      'drill.failed',
      'drill.happy',
      'drill.met',
      'failback-vm.happy',
      'failover-vm.happy',
      'failover-vm.refused',
      'inspect-sites.happy',
      'look-vm.happy',
      'migrate-vm.cancelled',
      'migrate-vm.failed',
      'migrate-vm.from-gate',
      'migrate-vm.happy',
      'migrate-vm.held-and-missed',
      'migrate-vm.hooked',
      'migrate-vm.retried',
      'migrate-vm.vapp',
      'note-drill.signed',
      'plan-run.cancelled',
      'plan-run.continued',
      'plan-run.failed',
      'plan-run.gates',
      'plan-run.happy',
      'plan-run.held',
      'plan-run.hooked',
      'plan-run.kept',
      'plan-run.many-shards',
      'protect-vm.happy',
      'read-store.happy',
      'return-vm.happy',
      'reverse-vm.happy',
      'shard.cancelled',
      'shard.continued',
      'shard.failed',
      'shard.gates',
      'shard.happy',
      'shard.held',
      'shard.hooked',
      'site.continued',
      'store-keeper.happy',
      'sweep-vm.happy',
      'sweep.happy',
      'tidy-vm.happy',
      'tidy.happy',
      'undo-vm.happy',
    ]);
  });

  it.each(['plan-run.continued', 'shard.continued', 'site.continued'])('%s ends by continuing as new', (shape) => {
    expect(readFileSync(`${DIRECTORY}${shape}.json`, 'utf8')).toContain(
      'workflowExecutionContinuedAsNewEventAttributes',
    );
  });

  it('miss within half a minute what a worker that was lost was asked', () => {
    const late = shapes.flatMap((shape) => activitiesOf(read(shape)).filter((one) => missedAfter(one) > 30));
    expect([...new Set(late.map(({ activityType }) => activityType.name))]).toEqual([]);
  });

  it.each(shapes)('%s replays', async (name) => {
    const history = read(name);
    // A drill knows by its own id which words are for it.
    await Worker.runReplayHistory({ workflowBundle, dataConverter }, history, startedAs(history).workflowId);
  });

  it('that fit other code are noticed', async () => {
    const history = read('migrate-vm.happy.json') as {
      events: { activityTaskScheduledEventAttributes?: { activityType: { name: string } } }[];
    };
    for (const event of history.events) {
      if (event.activityTaskScheduledEventAttributes)
        event.activityTaskScheduledEventAttributes.activityType.name = 'other';
    }
    await expect(Worker.runReplayHistory({ workflowBundle, dataConverter }, history)).rejects.toThrow(
      /TMPRL1100|Nondeterminism/i,
    );
  });
});
