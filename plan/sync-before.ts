/** How old a copy may be at its cutover where a plan does not say otherwise: ms. */
export const SYNC_BEFORE = 30 * 60_000;
