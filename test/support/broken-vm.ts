/** Workflow code with a defect in one place: every VM fails its tasks, the run does not. */
export { inspectSites, planRun, site } from '../../workflows/index.js';

export async function migrateVm(): Promise<never> {
  throw new TypeError('a defect in a VM');
}
