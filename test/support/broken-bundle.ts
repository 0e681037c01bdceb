import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundle } from '@temporalio/worker';

export type Place = 'the run' | 'a VM' | 'a site' | 'a drill';

let whole: Promise<WorkflowBundle> | undefined;

/** Workflow code of which one kind has a defect: `a defect in …`. Bundled once for a test file, as that takes seconds. */
export async function brokenBundle(where: Place): Promise<{ code: string }> {
  whole ??= bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('broken-workflows.ts', import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  });
  const { code } = await whole;
  return { code: code.replaceAll(/(["'])NOWHERE\1/g, `'${where}'`) };
}
