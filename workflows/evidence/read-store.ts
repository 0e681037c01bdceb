import type { StoreAnswer, StoreQuestion } from '../../contract/evidence.js';
import { askStore } from '../activities.js';

/** Asks the store from a worker, which alone has its password; for clients, once what they ask about has ended. */
export async function readStore(question: StoreQuestion): Promise<StoreAnswer> {
  return askStore(question);
}
