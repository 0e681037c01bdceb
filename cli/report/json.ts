import { jsonText } from '../text/output.js';
import type { ReportDocument } from './document.js';

/** As `JSON.stringify` with an indentation of 2 writes it, one VM after the other. */
export function* jsonReport({ vms, ...head }: ReportDocument): Generator<string> {
  if (vms.length === 0) {
    yield jsonText({ ...head, vms });
    return;
  }
  yield `${jsonText(head).slice(0, -2)},\n  "vms": [\n`;
  for (const [at, vm] of vms.entries()) {
    yield `${at === 0 ? '' : ',\n'}    ${jsonText(vm).replaceAll('\n', '\n    ')}`;
  }
  yield '\n  ]\n}';
}
