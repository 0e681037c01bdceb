/**
 * What was begun under an earlier number of the contract cannot be gone on with: this code would decide otherwise in the
 * middle. So a worker looks before it takes its first task.
 */
import {
  type Client,
  type ScheduleDescription,
  ScheduleNotFoundError,
  type WorkflowExecutionInfo,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { CLAIMS, DRILL, INSPECT_SITES, SITE } from '../contract/inputs.js';
import { carriesContract, contractIn } from '../contract/number.js';
import { onQueuesOf } from '../contract/queues.js';
import { TIDY } from '../contract/tidy.js';
import { listed } from '../contract/words.js';

/** The last commits whose workers go on with what carries each earlier number of the contract; 0: none. */
export const LAST_COMMITS: readonly string[] = ['90b5e819', 'ffb5dce0', '5f463956', '6d9e6671'];

interface Earlier {
  workflowId: string;
  contract: number;
}

/** Runs, drills or sweeps are open that an earlier Drover began. */
export class EarlierWorkOpen extends Error {
  override readonly name = 'EarlierWorkOpen';
  readonly workflowIds: string[];
  /** the next step for a person */
  readonly advice =
    'let a worker of that commit end it (nothing is lost meanwhile), or cancel it there; then start this worker again.';

  constructor(taskQueue: string, open: Earlier[]) {
    const ways = LAST_COMMITS.flatMap((commit, contract) => {
      const ids = open.filter((one) => one.contract === contract).map(({ workflowId }) => workflowId);
      return ids.length === 0 ? [] : [`of commit ${commit}: ${listed(ids.sort())}`];
    });
    super(
      `An earlier Drover began what is still open on task queue ${taskQueue}, and this one would not go on with it as it ` +
        `was begun:\n${ways.join('\n')}`,
    );
    this.workflowIds = open.map(({ workflowId }) => workflowId).sort();
  }
}

export interface Settled {
  /** workflows of sites of an earlier Drover, terminated: this one begins them anew */
  sites: string[];
  /** drills whose schedule still starts them as an earlier Drover did */
  schedules: string[];
}

/** @throws {@link EarlierWorkOpen}; then nothing was touched */
export async function settleEarlierWork(client: Client, taskQueue: string): Promise<Settled> {
  const open = `ExecutionStatus = 'Running' AND ${onQueuesOf(taskQueue)}`;
  const earlier = await beganEarlier(client, `${open} AND WorkflowType != '${INSPECT_SITES}'`);
  const [sites, work] = [earlier.filter(isSite), earlier.filter((one) => !isSite(one))];
  const named = work.map(({ workflowId, memo }) => ({ workflowId, contract: contractIn(memo) }));
  if (named.length > 0) throw new EarlierWorkOpen(taskQueue, named);
  for (const { workflowId, runId } of sites) {
    await client.workflow
      .getHandle(workflowId, runId)
      .terminate('begun by an earlier Drover; begins anew')
      .catch((error: unknown) => {
        // Another worker that starts now was quicker.
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      });
  }
  return { sites: sites.map(({ workflowId }) => workflowId), schedules: await earlierSchedules(client, taskQueue) };
}

/** Begun anew by whoever needs them; what is claimed is asked of those who hold it. */
const isSite = ({ type }: WorkflowExecutionInfo): boolean => type === SITE || type === CLAIMS;

/** Nothing of it has run yet, so that whoever is there when its time has come begins it, by its input. */
const isToBegin = ({ type, executionTime }: WorkflowExecutionInfo): boolean =>
  type === TIDY && (executionTime?.getTime() ?? 0) > Date.now();

async function beganEarlier(client: Client, query: string): Promise<WorkflowExecutionInfo[]> {
  const found: WorkflowExecutionInfo[] = [];
  for await (const execution of client.workflow.list({ query, pageSize: 1000 })) {
    if (!carriesContract(execution.memo) && !isToBegin(execution)) found.push(execution);
  }
  return found;
}

async function earlierSchedules(client: Client, taskQueue: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { scheduleId, action } of client.schedule.list()) {
    if (action?.workflowType !== DRILL) continue;
    const starts = await actionOf(client, scheduleId);
    if (starts?.taskQueue === taskQueue && !carriesContract(starts.memo)) found.push(scheduleId);
  }
  return found;
}

/** null: it was removed since it was listed */
async function actionOf(client: Client, scheduleId: string): Promise<ScheduleDescription['action'] | null> {
  try {
    return (await client.schedule.getHandle(scheduleId).describe()).action;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}
