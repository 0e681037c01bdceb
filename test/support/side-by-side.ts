/**
 * `describe` and `it` for files whose tests mostly wait. Jest runs concurrent tests side by side only within one `describe`,
 * one block after the other; here all of a file stand in one block, under the names that they would have in blocks of their own.
 */
import { it as jestIt } from '@jest/globals';

const topics: string[] = [];
const named = (title: string): string => [...topics, title].join(' ');

type Row<T> = T extends readonly unknown[] ? [...T] : [T];

export function describe(title: string, tests: () => void): void {
  topics.push(title);
  tests();
  topics.pop();
}

function concurrent(title: string, test: () => Promise<unknown>, timeout?: number): void {
  jestIt.concurrent(named(title), test as () => Promise<void>, timeout);
}

function each<T>(table: readonly T[]) {
  return (title: string, test: (...row: Row<T>) => Promise<unknown>, timeout?: number): void =>
    jestIt.concurrent.each(table as readonly unknown[])(named(title), test as () => Promise<void>, timeout);
}

export const it = { concurrent: Object.assign(concurrent, { each }) };
