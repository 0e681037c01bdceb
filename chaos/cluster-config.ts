/** The configuration of a Temporal server on PostgreSQL, as its `config/development-postgres12.yaml` has it, on free ports. */
import { stringify } from 'yaml';
import { DATABASE_USER } from './postgres.js';

export interface ServerPorts {
  frontend: number;
  history: number;
  matching: number;
  worker: number;
  /** of these four, in this order */
  membership: number[];
}

/** Real runs continue as new after thousands of events; here it happens under fire, in short runs too. */
export const DYNAMIC_CONFIG = stringify({ 'limit.historyCount.suggestContinueAsNew': [{ value: 500 }] });

export function clusterConfig(options: { databasePort: number; ports: ServerPorts; dynamicConfig: string }): string {
  const { databasePort, ports, dynamicConfig } = options;
  const store = (databaseName: string, connections: number) => ({
    sql: {
      pluginName: 'postgres12',
      databaseName,
      connectAddr: `127.0.0.1:${databasePort}`,
      connectProtocol: 'tcp',
      user: DATABASE_USER,
      password: '',
      maxConns: connections,
      maxIdleConns: connections,
      maxConnLifetime: '1h',
    },
  });
  const service = (grpcPort: number, place: number) => ({
    rpc: { grpcPort, membershipPort: ports.membership[place] ?? 0, bindOnLocalHost: true },
  });
  return stringify({
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: 4,
      datastores: { default: store('temporal', 20), visibility: store('temporal_visibility', 5) },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
    services: {
      frontend: service(ports.frontend, 0),
      history: service(ports.history, 1),
      matching: service(ports.matching, 2),
      worker: service(ports.worker, 3),
    },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `127.0.0.1:${ports.frontend}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: dynamicConfig, pollInterval: '10s' },
  });
}
