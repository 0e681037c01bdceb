import { z } from 'zod';

/** What is sound of a mapping: any of its values may be left out, at any depth; a list is sound as a whole, or left out. */
export type Sound<T> = T extends readonly unknown[] ? T : T extends object ? { [Key in keyof T]?: Sound<T[Key]> } : T;

/** A copy of a mapping without the values at the `wrong` paths; what a mapping lacks leaves the rest of it sound. */
export function soundPart(whole: object, wrong: readonly (readonly PropertyKey[])[]): object {
  const byKey = new Map<string, PropertyKey[][]>();
  for (const [first, ...rest] of wrong) {
    const paths = byKey.get(String(first));
    if (paths === undefined) byKey.set(String(first), [rest]);
    else paths.push(rest);
  }
  const entries = Object.entries(whole).flatMap(([key, value]: [string, unknown]) => {
    const within = byKey.get(key);
    if (within === undefined) return [[key, value] as const];
    const divides = within.every((path) => path.length > 0) && isDivisible(value);
    return divides ? [[key, soundPart(value, within)] as const] : [];
  });
  return Object.fromEntries(entries);
}

/** What a function could not read is `NEVER`, whatever lies in it. */
const isDivisible = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && value !== z.NEVER;
