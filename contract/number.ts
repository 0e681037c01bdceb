/**
 * The number of the contract between workflows that are open and the code that goes on with them. What carries it goes on
 * under later code, since recorded histories are replayed before a release; what does not was begun before it was kept.
 */
export const CONTRACT = 4;

/** In the memo of every workflow of Drover's. */
export const contractMemo = { contract: CONTRACT } as const;

export const carriesContract = (memo: Record<string, unknown> | undefined): boolean => contractIn(memo) >= CONTRACT;

/** 0: begun before workflows carried one */
export const contractIn = (memo: Record<string, unknown> | undefined): number =>
  typeof memo?.contract === 'number' ? memo.contract : 0;
