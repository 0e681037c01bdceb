/** Long lists in answers that stay small on the wire: pure. */
import type { ShardRows } from '../../contract/messages.js';
import type { VmReport } from '../../contract/report.js';

/** Characters of JSON of one answer; reports compress about tenfold. */
const PAGE = 1024 * 1024;

export function pageOf(vms: VmReport[], from: number): ShardRows {
  const rows: VmReport[] = [];
  let size = 0;
  for (const vm of vms.slice(from)) {
    size += JSON.stringify(vm).length;
    if (size > PAGE && rows.length > 0) break;
    rows.push(vm);
  }
  const next = from + rows.length;
  return { rows, next: next < vms.length ? next : null };
}
