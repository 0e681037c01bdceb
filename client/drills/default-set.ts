/** Name of the set that `drill apply` makes schedules of, unless another one is named. */
export const DEFAULT_SET = 'default';
