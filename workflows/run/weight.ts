/** How much of a message a row takes on the wire, as far as it can be told without compressing it. Pure. */
import type { VmReport } from '../../contract/report.js';

/** What sites have written compresses by so much less, where it is another text for each VM. */
const WEIGHT_OF_TEXT = 2.75;

/** Characters of JSON, of which about five make a byte on the wire, since ids and moments are random; texts count for more. */
export function weightOf(vm: VmReport): number {
  const { error, retrying, hold, notes = [], checks, operations, hooks = [] } = vm;
  const texts = [
    ...[error, retrying, hold].flatMap((why) => [why?.message ?? '', why?.advice ?? '']),
    ...notes,
    ...checks.map(({ detail }) => detail),
    ...hooks.map((hook) => hook.error ?? ''),
    ...operations.flatMap(({ warnings = [] }) => warnings.map(({ message }) => message)),
  ];
  const text = texts.reduce((sum, { length }) => sum + length, 0);
  return JSON.stringify(vm).length + text * (WEIGHT_OF_TEXT - 1);
}
