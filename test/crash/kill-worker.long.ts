/** A worker killed in each phase of a migration; kill-worker.test.ts has some of them. */
import { describe, it } from '../support/side-by-side.js';
import { killedMigration, MOMENTS } from './support/killed-migration.js';

describe('a worker killed with SIGKILL', () => {
  it.concurrent.each(MOMENTS)('$phase: the next one goes on, nothing lost, nothing twice', killedMigration);
});
