/** Histories of real runs must replay on today's workflow code: what is under way when a new version arrives goes on. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { makeWorkflowBundle } from '../../worker/bundle.js';
import { dataConverter } from '../../worker/data-converter.js';
import { installRuntime } from '../../worker/logger.js';

const DIRECTORY = fileURLToPath(new URL('histories/', import.meta.url));
const shapes = readdirSync(DIRECTORY).sort();

let workflowBundle: WorkflowBundleOption;
beforeAll(async () => {
  installRuntime({ DROVER_LOG: 'silent' });
  workflowBundle = await makeWorkflowBundle();
});

describe('recorded histories', () => {
  it('cover every workflow, and the shapes of a run and a VM', () => {
    expect(shapes.map((name) => name.replace(/\.json$/, ''))).toEqual(
      expect.arrayContaining([
        'inspect-sites.happy',
        'migrate-vm.cancelled',
        'migrate-vm.failed',
        'migrate-vm.happy',
        'migrate-vm.held-and-missed',
        'migrate-vm.retried',
        'migration-run.cancelled',
        'migration-run.continued',
        'migration-run.failed',
        'migration-run.happy',
        'migration-run.held',
        'site.continued',
      ]),
    );
  });

  it.each(['migration-run.continued', 'site.continued'])('%s ends by continuing as new', (shape) => {
    expect(readFileSync(`${DIRECTORY}${shape}.json`, 'utf8')).toContain(
      'workflowExecutionContinuedAsNewEventAttributes',
    );
  });

  it.each(shapes)('%s replays', async (name) => {
    const history: unknown = JSON.parse(readFileSync(`${DIRECTORY}${name}`, 'utf8'));
    await Worker.runReplayHistory({ workflowBundle, dataConverter }, history);
  });

  it('that fit other code are noticed', async () => {
    const history = JSON.parse(readFileSync(`${DIRECTORY}migrate-vm.happy.json`, 'utf8')) as {
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
