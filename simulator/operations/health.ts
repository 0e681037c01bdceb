import { type Process, run } from '../engine/process.js';
import { errorBody } from '../errors.js';
import { uuid } from '../random.js';
import type { Task } from '../world/tasks.js';
import type { World } from '../world/world.js';
import { createTask } from './accept.js';
import type { Caller } from './caller.js';
import { Operation } from './operation.js';

/** Changes nothing, so it is no entry of the ledger; takes about half a second [doc OPI diagnostics/health]. */
export function startHealth(world: World, caller: Caller, buildVersion: string): Task {
  const n = world.count('health', caller.site);
  const key = `health:${caller.site}:${n}`;
  const subject = { type: 'health', resourceType: 'CLOUD', resourceId: null, resourceName: null };
  const task = createTask(world, caller, subject, uuid(world.seed, 'task', key));
  const op = new Operation(world, task, caller, key, caller.planted);
  run(world.queue, check(op), (failure) => {
    if (failure === undefined) {
      task.resultType = 'CloudHealthInfo';
      task.result = healthInfo(world, caller.site, buildVersion);
    } else {
      task.error = errorBody('GeneralServerFailure', failure instanceof Error ? failure.message : 'failed');
    }
    world.tasks(task.site).end(task, failure === undefined ? 'SUCCEEDED' : 'FAILED');
  });
  return task;
}

function* check(op: Operation): Process {
  yield* op.stage('check', 99, op.seconds(0.5, 0.8));
}

const GIB = 2 ** 30;
const BOOTED = Date.UTC(2026, 0, 5, 6);

/** As a vendor's own client decodes it: dates are numbers, ms (vcda-api.md §8.1). */
function healthInfo(world: World, site: string, buildVersion: string) {
  const peers = [...world.sites.values()].filter((it) => it.name !== site);
  return {
    productName: 'VMware Cloud Director Availability',
    buildVersion,
    buildDate: Date.UTC(2023, 10, 30, 12),
    instanceId: uuid(0, 'instance', site),
    runtimeId: uuid(world.seed, 'runtime', site),
    currentTime: world.shown(site, world.now),
    serviceBootTimestamp: BOOTED,
    applianceBootTimestamp: BOOTED,
    diskUsage: { '/': { totalBytes: 64 * GIB, usedBytes: 21 * GIB } },
    address: '127.0.0.1',
    dbError: null,
    lsError: null,
    ntpError: null,
    vcdError: null,
    managerError: null,
    tunnelConnectivity: peers.map((peer) => ({
      tunnelService: { id: uuid(0, 'tunnel', peer.name), url: peer.url, certificate: '' },
      error: peer.up ? null : errorBody('RemoteSiteUnreachable', `Site '${peer.name}' cannot be reached.`, [peer.name]),
    })),
    managerHealth: {
      productName: 'VMware Cloud Director Availability',
      buildVersion,
      buildDate: Date.UTC(2023, 10, 30, 12),
      instanceId: uuid(0, 'manager', site),
      runtimeId: uuid(world.seed, 'manager-runtime', site),
      currentTime: world.shown(site, world.now),
      address: '127.0.0.1',
      dbError: null,
      ntpError: null,
      onlineReplicators: [`replicator-${site}`],
      offlineReplicators: [],
    },
  };
}
