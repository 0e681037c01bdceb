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

/** When the code ends a task: `fail` the VM, do the step again (`retry`, a few times), or `hold` for a person. */
export type TaskAction = 'fail' | 'retry' | 'hold';

export interface RetryTimes {
  /** ms before the first retry; doubles each time */
  initial: number;
  /** ms, the longest pause */
  max: number;
  /** ms after the first attempt at which Drover gives up */
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

const patient: RetryTimes = { initial: 2 * SECOND, max: MINUTE, for: 2 * HOUR };
const away: RetryTimes = { initial: 2 * SECOND, max: MINUTE, for: 24 * HOUR };
const busy: RetryTimes = { initial: 10 * SECOND, max: MINUTE, for: HOUR };

const row = (
  key: string,
  call: CallAction,
  task: TaskAction,
  source: ErrorRow['source'],
  meaning: string,
  advice: string,
  retry: RetryTimes = patient,
): ErrorRow => ({ key, call, retry, task, meaning, advice, source });

export const ERROR_TABLE: readonly ErrorRow[] = [
  row(
    'BadRequest',
    'fail',
    'fail',
    'seed',
    'The site found the request invalid.',
    'Correct the plan for this VM, then run it again.',
  ),
  row(
    'Forbidden',
    'fail',
    'fail',
    'seed',
    'The login may not do this.',
    'Give the login the needed role at the site, then run the VM again.',
  ),
  row(
    'SiteNotFound',
    'fail',
    'fail',
    'seed',
    'The site does not know the other site.',
    'Use a name from the sites listed, or pair the sites.',
  ),
  row(
    'ServiceNotLicensed',
    'hold',
    'hold',
    'seed',
    'The site has no valid VCDA licence.',
    'Install a licence at the site, then `drover resume`.',
  ),
  row(
    'NotAuthenticated',
    'login',
    'retry',
    'seed',
    'The session is missing or has expired.',
    'Nothing: Drover logs in again.',
  ),
  row(
    'RemoteAuthenticationFailure',
    'extend',
    'retry',
    'seed',
    'The session is not extended to the other site.',
    'Nothing: Drover extends the session again.',
  ),
  row(
    'GeneralServerFailure',
    'retry',
    'retry',
    'seed',
    'Something unexpected failed inside the site.',
    "Look at the site's log for the operation id.",
  ),
  row(
    'LoginRefused',
    'hold',
    'hold',
    'Drover',
    'The site refuses the login.',
    'Correct user and password in the config of the workers, restart them, then `drover resume`.',
  ),
  row(
    'CertificateNotTrusted',
    'retry',
    'fail',
    'Drover',
    "The site's certificate is not trusted.",
    'Set tls.ca or tls.fingerprint of the site in the config.',
    away,
  ),
  row(
    'Unreachable',
    'retry',
    'retry',
    'Drover',
    'The site cannot be reached, or cut the connection.',
    'Check address, network and the appliance.',
    away,
  ),
  row(
    'Timeout',
    'retry',
    'retry',
    'Drover',
    'The site did not answer in time.',
    'Check the load of the appliance.',
    away,
  ),
  row(
    'UnexpectedResponse',
    'retry',
    'fail',
    'Drover',
    'The answer is not what the API describes.',
    'Check that the address is a VCDA endpoint and its version is supported.',
  ),
  row(
    'ReplicationNotFound',
    'fail',
    'fail',
    'assumed',
    'The replication does not exist.',
    'Check whether somebody removed it.',
  ),
  row(
    'TaskNotFound',
    'fail',
    'fail',
    'assumed',
    'The site has forgotten the task.',
    "Look at the replication's state at the site.",
  ),
  row(
    'InvalidReplicationState',
    'fail',
    'fail',
    'assumed',
    "The replication's state does not allow this.",
    "Look at the replication's recovery state at the site.",
  ),
  row(
    'OperationInProgress',
    'retry',
    'retry',
    'assumed',
    'Another operation runs on the replication.',
    'Wait for it, or find out who started it.',
    busy,
  ),
  row(
    'VmAlreadyReplicated',
    'retry',
    'retry',
    'assumed',
    'The VM has a replication already.',
    'Remove the other replication, or let Drover adopt it.',
    busy,
  ),
  row(
    'PolicyViolation',
    'fail',
    'fail',
    'assumed',
    "The site's policy forbids this.",
    'Ask the provider to change the policy of the organization.',
  ),
  row(
    'RemoteSiteUnreachable',
    'retry',
    'retry',
    'assumed',
    'The sites do not reach each other.',
    'Check the tunnel between the sites.',
    away,
  ),
  row(
    'TaskLost',
    'fail',
    'fail',
    'Drover',
    'The task vanished and the replication shows no effect of it.',
    'Look at the replication at the site, then run the VM again.',
  ),
  row(
    '408',
    'retry',
    'retry',
    'HTTP',
    'The site gave up waiting for the request.',
    'Check the network between worker and site.',
  ),
  row('429', 'retry', 'retry', 'HTTP', 'Too many requests.', 'Lower limits.requestsPerSecond of the site.'),
  row(
    '502',
    'retry',
    'retry',
    'HTTP',
    'A proxy did not reach the site.',
    'Check the appliance behind the proxy.',
    away,
  ),
  row('503', 'retry', 'retry', 'HTTP', 'The site is not available.', 'Check the appliance.', away),
  row(
    '504',
    'retry',
    'retry',
    'HTTP',
    'A proxy did not get an answer in time.',
    'Check the appliance behind the proxy.',
    away,
  ),
  row('4xx', 'fail', 'fail', 'Drover', 'The site refused the request.', "Read the site's message."),
  row('5xx', 'retry', 'retry', 'Drover', 'The site failed.', "Look at the site's log for the operation id."),
];
