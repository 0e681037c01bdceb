/** Entry of the workflow bundle: every workflow type that a Drover worker runs. */
export { drill } from './drill/drill.js';
export { drillVm } from './drill/drill-vm.js';
export { sweep, sweepVm } from './drill/sweep.js';
export { readStore } from './evidence/read-store.js';
export { storeKeeper } from './evidence/store-keeper.js';
export { planRun } from './run/plan-run.js';
export { shard } from './run/shard.js';
export { inspectSites } from './site/inspect-sites.js';
export { site } from './site/site.js';
export { copyVm } from './vm/copy-vm.js';
export { failbackVm, returnVm } from './vm/failback-vm.js';
export { failoverVm, lookVm } from './vm/failover-vm.js';
export { migrateVm } from './vm/migrate-vm.js';
export { protectVm } from './vm/protect-vm.js';
export { reverseVm } from './vm/reverse-vm.js';
export { undoVm } from './vm/undo-vm.js';
