import type { WorkflowBundleOption } from '@temporalio/worker';
import { makeWorkflowBundle } from '../../worker/bundle.js';

/** Workflow code as the sources have it now: what `npm test` has just built, else made now, which takes seconds. */
export async function testBundle(): Promise<WorkflowBundleOption> {
  const codePath = process.env.DROVER_TEST_BUNDLE;
  return codePath === undefined ? makeWorkflowBundle() : { codePath };
}
