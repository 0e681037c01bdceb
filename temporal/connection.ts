/**
 * Connections to Temporal, set up as every Temporal tool is: the `TEMPORAL_*` variables and the profile file
 * (`temporal.toml`), read by `@temporalio/envconfig`. Without any of them: `localhost:7233`, namespace `default`.
 */
import { connect } from 'node:net';
import { type Client, Connection, isGrpcServiceError, type WorkflowService } from '@temporalio/client';
import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnection } from '@temporalio/worker';
import { innermost } from '../contract/innermost-error.js';
import { inWords } from '../contract/words.js';
import { temporalClient } from './temporal-client.js';
import { TemporalUnreachable } from './unreachable.js';

export type Env = Record<string, string | undefined>;

/** ms before an attempt to reach Temporal is given up */
const CONNECT_TIMEOUT = 15_000;
const GRPC = { notFound: 5, permissionDenied: 7 } as const;

export interface TemporalSettings {
  address: string;
  namespace: string;
  options: ClientConnectConfig['connectionOptions'];
}

/**
 * What the environment says about Temporal.
 * @throws TemporalUnreachable when the profile file cannot be read or names no such profile
 */
export function temporalSettings(env: Env): TemporalSettings {
  const set = definedOf(env);
  const fallback = {
    address: env.TEMPORAL_ADDRESS || 'localhost:7233',
    namespace: env.TEMPORAL_NAMESPACE || 'default',
  };
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: set });
    const address = connectionOptions.address || fallback.address;
    return { address, namespace: namespace || fallback.namespace, options: { ...connectionOptions, address } };
  } catch (error) {
    throw new TemporalUnreachable(
      fallback,
      `its settings cannot be loaded: ${isOfToml(error) ? whereIn(error) : whyNot(error, env)}`,
      'Check TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE and the TEMPORAL_TLS_* files',
      isOfToml(error) || isOfFile(error) ? undefined : error,
    );
  }
}

/** Whether a person's settings say anything of Temporal: a variable, or a profile of a file, readable or not. */
export function namesTemporal(env: Env): boolean {
  const set = definedOf(env);
  if (Object.entries(set).some(([name, value]) => name.startsWith('TEMPORAL_') && value !== '')) return true;
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: set });
    const { address, apiKey, tls } = connectionOptions;
    return Boolean(address || apiKey || tls) || !['', 'default', undefined].includes(namespace);
  } catch {
    return true;
  }
}

const definedOf = (env: Env): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));

const isOfFile = (error: unknown): error is Error & { code: string; path: string } =>
  error instanceof Error && 'code' in error && 'path' in error;

/** The name of a file may be a key in the wrong place, but for that of the settings themselves. */
const whyNot = (error: unknown, { TEMPORAL_CONFIG_FILE: own }: Env): string =>
  isOfFile(error) && error.path !== own ? `a file that they name cannot be read (${error.code})` : reasonOf(error);

/** What the parser throws; its message shows the lines around the mistake, and one of them may be the API key. */
type TomlError = Error & { line: number; column: number };

const isOfToml = (error: unknown): error is TomlError => error instanceof Error && 'codeblock' in error;

const whereIn = ({ message, line, column }: TomlError): string =>
  `${message.split('\n', 1)[0]} (line ${line}, column ${column})`;

/**
 * The connection of a worker.
 * @throws TemporalUnreachable
 */
export async function connectWorker(env: Env): Promise<{ connection: NativeConnection; namespace: string }> {
  const settings = temporalSettings(env);
  // Loaded here alone: commands that only talk to Temporal start without the SDK's native core.
  const worker = await import('@temporalio/worker');
  const connection = await reaching(settings, () => worker.NativeConnection.connect(settings.options));
  return usable(settings, connection);
}

/**
 * A client that speaks Drover's data converter; gives up after seconds.
 * @throws TemporalUnreachable
 */
export async function connectClient(
  env: Env,
): Promise<{ client: Client; connection: Connection; namespace: string; address: string }> {
  const settings = temporalSettings(env);
  const connection = await reaching(settings, async () => {
    if (!PROXIES.some((name) => env[name])) await dial(settings.address);
    return Connection.connect({ ...settings.options, connectTimeout: CONNECT_TIMEOUT });
  });
  const { namespace } = await usable(settings, connection);
  const client = temporalClient(connection, namespace);
  return { client, connection, namespace, address: settings.address };
}

interface Closable {
  workflowService: WorkflowService;
  withDeadline<T>(deadline: number, fn: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** A missing namespace shows only at first use, as an endless retry; it is looked for at once instead. */
async function usable<T extends Closable>(
  settings: TemporalSettings,
  connection: T,
): Promise<{ connection: T; namespace: string }> {
  const { namespace } = settings;
  try {
    await connection.withDeadline(Date.now() + CONNECT_TIMEOUT, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
  } catch (error) {
    const code = isGrpcServiceError(error) ? Number(error.code) : undefined;
    // A key that may not describe its namespace may still use it.
    if (code === GRPC.permissionDenied) return { connection, namespace };
    await connection.close();
    if (code !== GRPC.notFound) throw unreachable(settings, error);
    throw new TemporalUnreachable(
      settings,
      'this namespace does not exist',
      'Check TEMPORAL_NAMESPACE, or create it: temporal operator namespace create',
      error,
    );
  }
  return { connection, namespace };
}

async function reaching<T>(settings: TemporalSettings, connect: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const limit = CONNECT_TIMEOUT + 2_000; // the connection's own report of a timeout says more
    timer = setTimeout(() => reject(new Error(`no answer in ${inWords(limit)}`)), limit);
  });
  try {
    return await Promise.race([connect(), late]);
  } catch (error) {
    throw unreachable(settings, error);
  } finally {
    clearTimeout(timer);
  }
}

function unreachable(settings: TemporalSettings, error: unknown): TemporalUnreachable {
  const reason = reasonOf(error);
  // gRPC quotes a header that it cannot send.
  const quotes = reason.startsWith('Metadata string value ');
  return new TemporalUnreachable(
    settings,
    `cannot be reached: ${quotes ? 'TEMPORAL_API_KEY contains illegal characters' : reason}`,
    'Check that it runs and that TEMPORAL_ADDRESS, TEMPORAL_TLS and TEMPORAL_API_KEY fit it; ' +
      '`drover up` brings one, and `drover demo` its own',
    quotes ? undefined : error,
  );
}

/** Where one of these is set, gRPC goes through a proxy, and the server need not be in reach of a plain socket. */
const PROXIES = ['grpc_proxy', 'https_proxy', 'http_proxy'];

/** gRPC tells only that time ran out; a plain socket tells at once what is wrong. */
async function dial(address: string): Promise<void> {
  const { hostname, port } = new URL(`tcp://${address}`);
  const host = hostname.replaceAll(/[[\]]/g, '');
  const socket = connect({ host, port: Number(port || 7233), timeout: CONNECT_TIMEOUT });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
      socket.once('timeout', () => reject(new Error(`no answer in ${inWords(CONNECT_TIMEOUT)}`)));
    });
  } finally {
    socket.destroy();
  }
}

/** The innermost message, which is the telling one. */
function reasonOf(error: unknown): string {
  const { message } = innermost(error);
  // The core nests Rust errors: `ConnectError("dns error", Custom { …, error: "failed to lookup …" })`.
  const ofRust = [...message.matchAll(/(?:message|error): "([^"]+)"/g)].at(-1)?.[1];
  return (ofRust ?? message).replaceAll(/\s+/g, ' ').slice(0, 300);
}
