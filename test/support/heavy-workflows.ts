/** A workflow whose only task keeps its thread busy for a while. */
export async function heavy(steps: number): Promise<number> {
  let sum = 0;
  for (let step = 0; step < steps; step += 1) sum = (sum * 31 + step) | 0;
  return sum;
}
