/** Entry of the workflow bundle: every workflow type that a Drover worker runs. */
export { drill } from './drill.js';
export { drillVm } from './drill-vm.js';
export { failbackVm } from './failback-vm.js';
export { failoverVm } from './failover-vm.js';
export { inspectSites } from './inspect-sites.js';
export { migrateVm } from './migrate-vm.js';
export { planRun } from './plan-run.js';
export { protectVm } from './protect-vm.js';
export { reverseVm } from './reverse-vm.js';
export { site } from './site.js';
export { sweep, sweepVm } from './sweep.js';
