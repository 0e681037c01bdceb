/** Workflow code whose drills never come to an end: what schedules start keeps running. */
export { inspectSites, planRun, site } from '../../workflows/index.js';

export async function drill(): Promise<never> {
  throw new TypeError('a defect in a drill');
}
