/** Whether two VMs met the same: what a text says but for the VM that it is about. Pure. */
import escapeStringRegexp from 'escape-string-regexp';
import type { VmReport } from '../contract/report.js';

type Its = Pick<VmReport, 'id' | 'name'> & Partial<Pick<VmReport, 'replicationId' | 'recoveredAs' | 'operations'>>;

/** Ids and moments differ with each VM, whatever happened to it. A number may be what happened. */
const PARTICULAR = [
  /\b(C4-)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
  /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g,
  /\bdrover\/\S+?\/\d+\b/g,
];

/** A VM may be called `a`. */
const wholeWord = (word: string): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}_])${escapeStringRegexp(word)}(?![\\p{L}\\p{N}_])`, 'gu');

/** The text with `?` for what is the VM's own; compared, never shown. */
export function causeOf(text: string, vm: Its): string {
  const { id, name, replicationId, recoveredAs = [], operations = [] } = vm;
  const ids = operations.flatMap(({ operationId, taskId }) => [operationId, taskId ?? '']);
  // The longest first: an operation id has that of its VM in it.
  const own = [...ids, replicationId ?? '', ...recoveredAs, id, name].filter(
    (word) => word !== '' && text.includes(word),
  );
  const without = [...new Set(own)]
    .sort((a, b) => b.length - a.length)
    .reduce((rest, word) => rest.replaceAll(wholeWord(word), '?'), text);
  // A VM that is named with its id, or by that alone.
  return PARTICULAR.reduce((rest, one) => rest.replaceAll(one, '?'), without).replaceAll('? (?)', '?');
}
