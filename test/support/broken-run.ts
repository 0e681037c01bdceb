/** Workflow code with a defect, as a bad deployment would bring it: the run itself fails its tasks. */
export { inspectSites } from '../../workflows/index.js';

export async function planRun(): Promise<never> {
  throw new TypeError('a defect in the run');
}
