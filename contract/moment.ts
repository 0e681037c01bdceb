/** A moment as reports say it: ISO 8601, UTC. @param at epoch ms */
export const iso = (at: number): string => new Date(at).toISOString();
