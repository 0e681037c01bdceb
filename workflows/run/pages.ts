/** Long lists in answers that stay small on the wire: pure. */
import { briefOf } from '../../contract/brief.js';
import type { RowsAsked, ShardRows } from '../../contract/messages.js';
import type { VmReport } from '../../contract/report.js';
import { weightOf } from './weight.js';

/** Of all rows of one answer, so that it stays well below 256 KiB. */
const PAGE = 800 * 1024;

export function pageOf(vms: VmReport[], { from, most = vms.length, isBrief = false }: RowsAsked): ShardRows {
  const rows: VmReport[] = [];
  let size = 0;
  for (const whole of vms.slice(from, from + most)) {
    const vm = isBrief ? briefOf(whole) : whole;
    size += weightOf(vm);
    if (size > PAGE && rows.length > 0) break;
    rows.push(vm);
  }
  const next = from + rows.length;
  return { rows, next: next < vms.length ? next : null };
}
