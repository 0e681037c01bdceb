/** Steps that tests of the endpoint families share, against the simulator. */
import { Secret } from '../../../plan/secret.js';
import { type Site, type StartSettings, type Task, taskEnd, type VmReplication } from '../../../vcda/index.js';
import { until } from '../../support/until.js';
import { PASSWORD, startBody } from './client.js';

export const viaParis = { peer: 'paris' };

/** A provider's login, for what tenants may not do. */
export const provider = {
  login: { type: 'vcdCredentials' as const, user: 'administrator@system', password: new Secret(PASSWORD) },
};

/** The task as it ended. @throws when it failed */
export async function done(site: Site, accepted: Task | Promise<Task>): Promise<Task> {
  const { id } = await accepted;
  const task = await until(
    () => site.task(id),
    (one) => taskEnd(one) !== null,
  );
  if (taskEnd(task) === 'failed') throw new Error(`${task.error?.code}: ${task.error?.msg}`);
  return task;
}

/** Starts a replication at `lyon` and waits for its first sync. */
export async function replicated(lyon: Site, index = 0, change: Partial<StartSettings> = {}): Promise<VmReplication> {
  const task = await done(lyon, lyon.startReplication({ ...startBody(index), ...change }, viaParis));
  const [found] = await lyon.replications({ vmId: startBody(index).source.vmId });
  if (found === undefined) throw new Error(`no replication after task ${task.id}`);
  return until(
    async () => (await lyon.findReplication(found.id)) ?? found,
    (one) => one.dataConnectionState === 'OK',
  );
}

/** The replication, which must be there. */
export async function shown(site: Site, id: string): Promise<VmReplication> {
  const found = await site.findReplication(id);
  if (found === null) throw new Error(`${id} is gone`);
  return found;
}
