import {
  ManualClock,
  type Simulator,
  type SimulatorOptions,
  simulatedVms,
  siteVdcId,
  startSimulator,
} from '../../../simulator/index.js';

/** A bare HTTP client: no retries, no manners; what a test sends is what arrives. */

/** Members of any answer that tests look at by name; the rest is matched as a whole. */
export interface Body {
  [member: string]: unknown;
  id: string;
  code: string;
  msg: string;
  args: string[];
  stacktrace: string;
  total: number;
  items: Body[];
  state: string;
  endTime: number;
  progress: number;
  result: Body;
  error: Body;
  roles: string[];
  dataConnectionState: string;
  sourceState: {
    state: string;
    progress: { progress: number; bytesToTransfer: number; bytesTransferred: number } | null;
  };
  destinationState: {
    latestInstance: { key: string; sequenceNumber: number; timestamp: number } | null;
    recoveryInfo: { recoveryState: string; vAppId: string | null; vcdVmId: string | null };
    currentRpoViolation: number;
    lastError: Body | null;
  };
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Body;
  /** the body, where it is an array */
  list: Body[];
  text: string;
}

export interface Client {
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  delete(path: string): Promise<Answer>;
}

export function client(url: string, token?: string): Client {
  const call: Client['call'] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { 'X-VCAV-Auth': token }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed = parse(text);
    const list = Array.isArray(parsed) ? (parsed as Body[]) : [];
    return { status: response.status, headers: response.headers, body: parsed as Body, list, text };
  };
  return {
    call,
    get: (path) => call('GET', path),
    post: (path, body, headers) => call('POST', path, body, headers),
    delete: (path) => call('DELETE', path),
  };
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return text;
  }
}

export const acme = { type: 'vcdCredentials', vcdUser: 'ops@acme', vcdPassword: 'drover-sim' };
export const provider = { type: 'vcdCredentials', vcdUser: 'administrator@system', vcdPassword: 'drover-sim' };

export async function login(url: string, credentials: object = acme, extendTo?: string): Promise<Client> {
  const answer = await client(url).post('/sessions', credentials);
  const session = client(url, answer.headers.get('x-vcav-auth') ?? '');
  if (extendTo !== undefined) {
    const { vcdUser, vcdPassword } = credentials as { vcdUser: string; vcdPassword: string };
    await session.post('/sessions/extend', { type: 'credentials', site: extendTo, vcdUsername: vcdUser, vcdPassword });
  }
  return session;
}

/** Time in the simulator under test; it moves when a test waits for something, or says so. */
let clock = new ManualClock();

export const now = (): number => clock.now();

export function pass(seconds: number): void {
  clock.advance(seconds * 1000);
}

export async function withSimulator(
  options: SimulatorOptions,
  use: (simulator: Simulator, urls: { paris: string; lyon: string }) => Promise<void>,
): Promise<void> {
  clock = new ManualClock();
  const simulator = await startSimulator({ clock, vms: 8, ...options });
  const url = (name: string) => simulator.sites[name]?.url ?? '';
  try {
    await use(simulator, { paris: url('paris'), lyon: url('lyon') });
    expectNoBugs(simulator);
  } finally {
    await simulator.close();
  }
}

function expectNoBugs(simulator: Simulator): void {
  const { bugs } = simulator.control.stats();
  if (bugs.length > 0) throw new Error(`the simulator failed by itself:\n${bugs.join('\n')}`);
}

export const vms = simulatedVms({ vms: 8 });

export function startBody(index = 0, overrides: object = {}) {
  return {
    source: { type: 'vm', site: 'paris', vmId: vms[index]?.id, excludedDiskKeys: null },
    destination: { type: 'vcloud', site: 'lyon', vdc: siteVdcId('lyon'), storageProfile: '*' },
    description: 'a test',
    rpo: 5,
    dataConnectionType: 'ENCRYPTED_COMPRESSED',
    quiesced: true,
    retentionPolicy: { rules: [{ numberOfInstances: 3, distance: 60 }] },
    targetDiskType: 'THIN',
    initialSyncTime: 0,
    isMigration: false,
    ...overrides,
  };
}

/** Asks again until the answer is the wanted one; simulated time passes between two questions. */
export async function until(ask: () => Promise<Answer>, holds: (body: Body) => boolean, seconds = 10): Promise<Body> {
  for (let asked = 0; ; asked++) {
    const { body } = await ask();
    if (holds(body)) return body;
    if (asked > 2000) throw new Error(`never came true, last: ${JSON.stringify(body)}`);
    pass(seconds);
  }
}

export const ended = (at: Client, id: string): Promise<Body> =>
  until(
    () => at.get(`/tasks/${id}`),
    (task) => task.endTime !== -1,
  );

/** Posts an operation and waits for its task. */
export async function operate(at: Client, method: string, path: string, body?: unknown): Promise<Body> {
  const answer = await at.call(method, path, body);
  if (answer.status !== 202) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return ended(at, answer.body.id);
}

/** Starts a replication and waits until its first sync is done. */
export async function replicated(at: Client, index = 0, overrides: object = {}): Promise<string> {
  const task = await operate(at, 'POST', '/vm-replications', startBody(index, overrides));
  const id = task.result.id;
  await until(
    () => at.get(`/vm-replications/${id}`),
    (it) => it.dataConnectionState === 'OK',
  );
  return id;
}
