/** The tables as the code sees them. Moments are ISO 8601, UTC, as text: they sort as they follow each other in either database. */

interface MetaTable {
  key: string;
  value: string;
}

interface RunTable {
  run: string;
  execution: string;
  plan: string;
  kind: string;
  plan_digest: string | null;
  /** JSON: the plan but for its VMs; null: it was kept without */
  plan_head: string | null;
  state: string;
  started_at: string;
  finished_at: string | null;
  /** JSON: the report but for its VMs */
  head: string;
  drover: string | null;
  revision: number;
  /** of two words with one revision the later counts */
  revised_at: string;
}

interface UnitTable {
  run: string;
  execution: string;
  unit: string;
  position: number;
  workflow_id: string;
  vm: string;
  name: string;
  wave: string;
  state: string;
  finished_at: string | null;
  /** JSON */
  report: string;
  /** JSON: the VM as the plan says it; null: it was kept without */
  planned: string | null;
  revision: number;
  /** of two words with one revision the later counts */
  revised_at: string;
}

interface MovedTable {
  source: string;
  vm: string;
  run: string;
  execution: string;
  kind: string;
  name: string;
  /** by which names are compared */
  plain_name: string;
  destination: string;
  /** JSON: ids that it got there */
  recovered_as: string;
  moved_at: string;
  revision: number;
  /** of two words with one revision the later counts */
  revised_at: string;
}

interface DurationTable {
  operation_id: string;
  execution: string;
  run: string;
  site: string;
  kind: string;
  seconds: number;
  finished_at: string;
}

interface ActTable {
  id: string;
  run: string;
  execution: string;
  at: string;
  actor: string;
  proof: string;
  command: string | null;
  act: string;
  target: string | null;
  note: string | null;
  reference: string | null;
  /** JSON, both */
  before: string | null;
  after: string | null;
  /** why it was; null: it was done */
  refused: string | null;
}

export interface Tables {
  meta: MetaTable;
  run: RunTable;
  unit: UnitTable;
  moved: MovedTable;
  duration: DurationTable;
  act: ActTable;
}
