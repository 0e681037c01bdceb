/** Whether JSON of anybody has members; a list has as well. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
