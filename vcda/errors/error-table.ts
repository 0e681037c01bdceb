/**
 * The one table that says what each failure means. Two columns, since the same code means one thing as the answer to a
 * call and another when it ends a task. docs/error-codes.md prints it; a test holds the two equal.
 */

/**
 * - `retry`: reads are sent again with back-off; writes are reconciled first, then sent again
 * - `login`, `extend`: renew the session or its extension, then send once more
 * - `hold`: nothing more is sent until a person has acted and said `resume`
 * - `fail`: this VM fails at once
 */
export type CallAction = 'retry' | 'login' | 'extend' | 'hold' | 'fail';

/** When the code ends a task: `fail` the VM, do the step again (`retry`, with the row's times), or `hold` for a person. */
export type TaskAction = 'fail' | 'retry' | 'hold';

export interface RetryTimes {
  /** ms before the first retry; doubles each time */
  initial: number;
  /** ms, the longest pause */
  max: number;
  /** ms after the first answer of the row at which Drover gives up */
  for: number;
}

export interface ErrorRow {
  /** a VCDA code, one of Drover's own codes, or a status: `503`, `4xx`, `5xx` */
  key: string;
  call: CallAction;
  retry: RetryTimes;
  task: TaskAction;
  meaning: string;
  /** the next step for a person */
  advice: string;
  source: 'seed' | 'documented' | 'assumed' | 'HTTP' | 'Drover';
}

const SECOND = 1000;
export const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The times of a row that names no others. */
const PATIENT: RetryTimes = { initial: 2 * SECOND, max: MINUTE, for: 2 * HOUR };
/** What is away may work again tomorrow. */
const AWAY: RetryTimes = { initial: 2 * SECOND, max: MINUTE, for: 24 * HOUR };
/** Somebody else is at work there: look less often, and not all night. */
const BUSY: RetryTimes = { initial: 10 * SECOND, max: MINUTE, for: HOUR };

type Rule = readonly [
  key: string,
  call: CallAction,
  task: TaskAction,
  source: ErrorRow['source'],
  meaning: string,
  retry?: RetryTimes,
];

/** What Drover does. */
// biome-ignore format: a table is read by its columns
const RULES = [
  // key                          call      task     source     meaning, times
  ['BadRequest',                  'fail',   'fail',  'seed',    'The site found the request invalid.'],
  ['Forbidden',                   'fail',   'fail',  'seed',    'The login may not do this.'],
  ['SiteNotFound',                'fail',   'fail',  'seed',    'The site does not know the other site.'],
  ['ServiceNotLicensed',          'hold',   'hold',  'seed',    'The site has no valid VCDA licence.'],
  ['NotAuthenticated',            'login',  'retry', 'seed',    'The session is missing or has expired.'],
  ['RemoteAuthenticationFailure', 'extend', 'retry', 'seed',    'The session is not extended to the other site.'],
  ['GeneralServerFailure',        'retry',  'retry', 'seed',    'Something unexpected failed inside the site.'],
  ['LoginRefused',                'hold',   'hold',  'Drover',  'The site refuses the login.'],
  ['CertificateNotTrusted',       'retry',  'fail',  'Drover',  "The site's certificate is not trusted.", AWAY],
  ['Unreachable',                 'retry',  'retry', 'Drover',  'The site cannot be reached, or cut the connection.', AWAY],
  ['Timeout',                     'retry',  'retry', 'Drover',  'The site did not answer in time.', AWAY],
  ['UnexpectedResponse',          'retry',  'fail',  'Drover',  'The answer is not what the API describes.', AWAY],
  ['FrontEnd',                    'retry',  'retry', 'Drover',  'Something before the site answered in its stead: a page without an error of VCDA.', AWAY],
  ['ReplicationNotFound',         'fail',   'fail',  'assumed', 'The replication does not exist.'],
  ['TaskNotFound',                'fail',   'fail',  'assumed', 'The site has forgotten the task.'],
  ['InvalidReplicationState',     'fail',   'fail',  'assumed', "The replication's state does not allow this."],
  ['OperationInProgress',         'retry',  'retry', 'assumed', 'Another operation runs on the replication.', BUSY],
  ['VmAlreadyReplicated',         'retry',  'retry', 'assumed', 'The VM has a replication already.', BUSY],
  ['PolicyViolation',             'fail',   'fail',  'assumed', "The site's policy forbids this."],
  ['RemoteSiteUnreachable',       'retry',  'retry', 'assumed', 'The sites do not reach each other.', AWAY],
  ['TaskLost',                    'fail',   'fail',  'Drover',  'The task vanished and the replication shows no effect of it.'],
  ['OwnerNotChanged',             'fail',   'fail',  'Drover',  'The site took a new owner, and the replication shows another.'],
  ['408',                         'retry',  'retry', 'HTTP',    'The site gave up waiting for the request.'],
  ['429',                         'retry',  'retry', 'HTTP',    'Too many requests.'],
  ['502',                         'retry',  'retry', 'HTTP',    'A proxy did not reach the site.', AWAY],
  ['503',                         'retry',  'retry', 'HTTP',    'The site is not available.', AWAY],
  ['504',                         'retry',  'retry', 'HTTP',    'A proxy did not get an answer in time.', AWAY],
  ['4xx',                         'fail',   'fail',  'Drover',  'The site refused the request.'],
  ['5xx',                         'retry',  'retry', 'Drover',  'The site failed.'],
] as const satisfies readonly Rule[];

/** What a person does next. */
const ADVICE: Record<(typeof RULES)[number][0], string> = {
  BadRequest: 'Correct the plan for this VM, then run it again.',
  Forbidden: 'Give the login the needed role at the site, then run the VM again.',
  SiteNotFound: 'Use a name from the sites listed, or pair the sites.',
  ServiceNotLicensed: 'Install a licence at the site, then `drover resume`.',
  NotAuthenticated: 'Nothing: Drover logs in again.',
  RemoteAuthenticationFailure: 'Nothing: Drover extends the session again.',
  GeneralServerFailure: "Look at the site's log for the operation id.",
  LoginRefused:
    'Correct user and password where the workers have them, who take them up by themselves, then `drover resume`.',
  CertificateNotTrusted: 'Set tls.ca or tls.fingerprint of the site in the config.',
  Unreachable: 'Check address, network and the appliance.',
  Timeout: 'Check the load of the appliance.',
  UnexpectedResponse: 'Check that the address is a VCDA endpoint and its version is supported.',
  FrontEnd: "Check what answers at the site's address: a proxy, an ingress, a block page.",
  ReplicationNotFound: 'Check whether somebody removed it.',
  TaskNotFound: "Look at the replication's state at the site.",
  InvalidReplicationState: "Look at the replication's recovery state at the site.",
  OperationInProgress: 'Wait for it, or find out who started it.',
  VmAlreadyReplicated:
    'Find out whose the other replication is: leave the VM out of the plan, or let Drover use it (`adopt`).',
  PolicyViolation: 'Ask the provider to change the policy of the organization.',
  RemoteSiteUnreachable: 'Check the tunnel between the sites.',
  TaskLost: 'Look at the replication at the site, then run the VM again.',
  OwnerNotChanged: 'Look at the owner of the replication at the site.',
  408: 'Check the network between worker and site.',
  429: 'Lower limits.requestsPerSecond of the site.',
  502: 'Check the appliance behind the proxy.',
  503: 'Check the appliance.',
  504: 'Check the appliance behind the proxy.',
  '4xx': "Read the site's message.",
  '5xx': "Look at the site's log for the operation id.",
};

export const ERROR_TABLE: readonly ErrorRow[] = RULES.map(([key, call, task, source, meaning, retry = PATIENT]) => ({
  key,
  call,
  retry,
  task,
  meaning,
  advice: ADVICE[key],
  source,
}));
