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

function healthInfo(world: World, site: string, buildVersion: string) {
  const peers = [...world.sites.values()].filter((it) => it.name !== site);
  return {
    productName: 'VMware Cloud Director Availability',
    buildVersion,
    buildDate: '2023-11-30T12:00:00Z',
    instanceId: uuid(0, 'instance', site),
    runtimeId: uuid(world.seed, 'runtime', site),
    currentTime: world.wall(world.now),
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
      dbError: null,
      ntpError: null,
      onlineReplicators: [`replicator-${site}`],
      offlineReplicators: [],
    },
  };
}
