/** Workflow code with a defect in one place: a site's workflow fails its tasks, runs and VMs do not. */
export { inspectSites, migrateVm, planRun } from '../../workflows/index.js';

export async function site(): Promise<never> {
  throw new TypeError('a defect in a site');
}
