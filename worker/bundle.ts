/** Workflow code as one script for the SDK's sandbox: prebuilt in what is shipped, bundled at start in a source tree. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleOption } from '@temporalio/worker';

const beside = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Where `npm run build` leaves the bundle: `dist/workflow-bundle.js`. */
export const PREBUILT = beside('../workflow-bundle.js');

/** The prebuilt bundle when there is one; otherwise it is made now (about a second). */
export const workflowBundle = async (): Promise<WorkflowBundleOption> =>
  existsSync(PREBUILT) ? { codePath: PREBUILT } : makeWorkflowBundle();

/** Bundles `workflows/` as it is on disk, compiled or not. */
export async function makeWorkflowBundle(): Promise<{ code: string }> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return bundleWorkflowCode({
    workflowsPath: beside(`../workflows/index.${extension}`),
    workflowInterceptorModules: ['log-subject', 'early-events'].map((name) =>
      beside(`../workflows/bundle/${name}.${extension}`),
    ),
    logger: new DefaultLogger('WARN'),
  });
}
