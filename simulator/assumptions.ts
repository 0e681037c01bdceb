/**
 * Everything the documents leave open and the simulator had to decide, in one table: what is open, what it does by
 * default, what it can do instead. Switched by the `assumptions` option and by `POST /_sim/assumptions`.
 */
export interface Assumptions {
  operationIdFilter: 'supported' | 'ignored';
  taskIdsFilter: 'supported' | 'ignored';
  endTimeAfterFilter: 'supported' | 'ignored' | 'refused';
  tasksVisibleAfter: number;
  lateTasks: 'lists' | 'everywhere';
  tasksForgottenAfter: number;
  pageCeiling: number;
  queuedState: boolean;
  unknownTaskState: boolean;
  startTaskResource: null | 'vmId' | 'replicationId';
  startTaskNamesVm: boolean;
  replicationVisible: 'accept' | 'taskEnd';
  conflict: 'task' | 'immediate';
  wrongState: 'task' | 'immediate';
  unknownVm: 'task' | 'immediate';
  reverseChangesId: boolean;
  reverseMovesHome: boolean;
  migrateDuringTest: 'refused' | 'allowed';
  deleteDuringTest: 'refused' | 'cleans' | 'leaves';
  extensionNeeded: 'touching-source' | 'always' | 'reads';
  htmlErrorPages: boolean;
  description: 'kept' | 'dropped' | 'cut-32' | 'cut-20';
  inventoryPowerState: boolean;
  inventoryComputerName: boolean;
  idsInCapitals: boolean;
  secondReplication: 'refused' | 'allowed';
}

export interface AssumptionRow<K extends keyof Assumptions> {
  /** what the documents leave open */
  open: string;
  default: Assumptions[K];
  alternatives: readonly Assumptions[K][];
}

const second = 1000;
const hour = 3600 * second;

export const assumptionTable: { readonly [K in keyof Assumptions]: AssumptionRow<K> } = {
  operationIdFilter: {
    open: 'Whether GET /tasks filters by operationID: one public client sends it, no page lists it. Ignored = all tasks are returned.',
    default: 'supported',
    alternatives: ['ignored'],
  },
  taskIdsFilter: {
    open: 'Whether GET /tasks?ids= holds in the Cloud Director flavour. Ignored = all tasks are returned.',
    default: 'supported',
    alternatives: ['ignored'],
  },
  endTimeAfterFilter: {
    open: 'Whether GET /tasks filters by endTimeAfter: documented for 3.5 and for the vSphere flavour alone. Ignored = all tasks are returned; refused = 400 BadRequest.',
    default: 'supported',
    alternatives: ['ignored', 'refused'],
  },
  tasksVisibleAfter: {
    open: 'How long after the 202 a task can be found, simulated ms.',
    default: 0,
    alternatives: [20 * second],
  },
  lateTasks: {
    open: 'Whether a task that is not visible yet is missing in lists only, or unknown by its id as well.',
    default: 'lists',
    alternatives: ['everywhere'],
  },
  tasksForgottenAfter: {
    open: 'How long a finished task is kept, simulated ms; then 404 TaskNotFound.',
    default: 24 * hour,
    alternatives: [5 * second],
  },
  pageCeiling: {
    open: 'The ceiling above which limit is replaced by 100.',
    default: 100,
    alternatives: [500],
  },
  queuedState: {
    open: 'Whether replication tasks wait in state QUEUED first (seen for health tasks only).',
    default: false,
    alternatives: [true],
  },
  unknownTaskState: {
    open: 'Whether there are further states that are not final; shown as PREPARING and FINALIZING.',
    default: false,
    alternatives: [true],
  },
  startTaskResource: {
    open: 'What workflowInfo.resourceId of a start task holds.',
    default: null,
    alternatives: ['vmId', 'replicationId'],
  },
  startTaskNamesVm: {
    open: 'Whether workflowInfo.resourceName of a start task is the name of the VM; the last two members may be null.',
    default: true,
    alternatives: [false],
  },
  replicationVisible: {
    open: 'Whether a replication can be listed when its start is accepted, or when the task has succeeded.',
    default: 'accept',
    alternatives: ['taskEnd'],
  },
  conflict: {
    open: 'Whether a second operation on a busy replication fails through its task, or is refused at once with 409.',
    default: 'task',
    alternatives: ['immediate'],
  },
  wrongState: {
    open: 'Whether an operation that the recovery state forbids (reverse before failover, failover after COMPLETE) fails through its task, or is refused at once with 409.',
    default: 'task',
    alternatives: ['immediate'],
  },
  unknownVm: {
    open: 'Whether an unknown source VM fails the task (VmNotFound), or is refused at once with 400 BadRequest.',
    default: 'task',
    alternatives: ['immediate'],
  },
  reverseChangesId: {
    open: 'Whether a reversed replication gets a new id; isReversed in the schema suggests that the object is kept.',
    default: false,
    alternatives: [true],
  },
  reverseMovesHome: {
    open: 'Whether a reversed replication lives at its new destination, as every other replication does.',
    default: true,
    alternatives: [false],
  },
  migrateDuringTest: {
    open: 'Whether migrate is refused while a test copy exists, or removes the test copy.',
    default: 'refused',
    alternatives: ['allowed'],
  },
  deleteDuringTest: {
    open: 'Whether delete is refused while a test copy exists, or removes the test copy, or leaves it without a replication.',
    default: 'refused',
    alternatives: ['cleans', 'leaves'],
  },
  extensionNeeded: {
    open: 'Which operations on a replication need a session extended to its source site: those that act on the source (start, sync, pause, resume, reconfigure, migrate, reverse, a test that syncs), or all; `reads`: all, and looking at a replication, at a list that holds one, and at its tasks as well.',
    default: 'touching-source',
    alternatives: ['always', 'reads'],
  },
  htmlErrorPages: {
    open: 'Whether a proxy in front of the site answers errors with HTML pages (holds for injected status faults).',
    default: false,
    alternatives: [true],
  },
  description: {
    open: 'Whether settings.description of a start and of a reconfigure is kept as it was sent, or dropped, or cut at a number of characters.',
    default: 'kept',
    alternatives: ['dropped', 'cut-32', 'cut-20'],
  },
  inventoryPowerState: {
    open: 'Whether the inventory shows the power state of a VM; only id and name are proven.',
    default: true,
    alternatives: [false],
  },
  inventoryComputerName: {
    open: 'Whether the inventory shows the computer name of a VM, as replications do.',
    default: false,
    alternatives: [true],
  },
  idsInCapitals: {
    open: 'Whether lists (inventory, replications, tasks) write the ids of VMs, vApps and VDCs in capitals, while single answers do not.',
    default: false,
    alternatives: [true],
  },
  secondReplication: {
    open: 'Whether a VM that replicates already can be given a second replication: the documents say one destination only, and nothing of what becomes of another start.',
    default: 'refused',
    alternatives: ['allowed'],
  },
};

/** A description as the site keeps it. */
export function keptDescription({ description }: Assumptions, text: string): string {
  if (description === 'dropped') return '';
  const length = { kept: undefined, 'cut-32': 32, 'cut-20': 20 }[description];
  return text.slice(0, length);
}

export function defaultAssumptions(overrides: Partial<Assumptions> = {}): Assumptions {
  const defaults = Object.fromEntries(Object.entries(assumptionTable).map(([name, row]) => [name, row.default]));
  return { ...(defaults as { [K in keyof Assumptions]: Assumptions[K] }), ...overrides };
}
