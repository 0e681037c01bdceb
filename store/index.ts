export { OtherStore, StoreAway } from './away.js';
export { Store } from './store.js';
