export { OtherStore, StoreAway } from './away.js';
export { Store, type StoreOptions } from './store.js';
export type { ActRow } from './writers.js';
