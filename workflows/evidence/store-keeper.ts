import { condition } from '@temporalio/workflow';

/** Holds, in its memo, which store the workers of a queue share, where each sees it when it starts; does nothing else, ever. */
export async function storeKeeper(): Promise<void> {
  await condition(() => false);
}
