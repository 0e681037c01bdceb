/** Entry of the workflow bundle: every workflow type that a Drover worker runs. */
export { inspectSites } from './inspect-sites.js';
export { migrateVm } from './migrate-vm.js';
export { planRun } from './plan-run.js';
export { site } from './site.js';
