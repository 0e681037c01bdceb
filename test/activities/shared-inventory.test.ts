/** One reading of an inventory serves many VMs, and must not hold one for what another did not know. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Inventories } from '../../activities/inventory.js';
import { createSites } from '../../vcda/index.js';
import { until } from '../support/until.js';
import { withBench } from './support/bench.js';

describe('those who share a reading of an inventory', () => {
  it('ask after the newest resume that one of them knows', () =>
    withBench({}, async ({ client, config, simulator, source, store, taskQueue }) => {
      const { control } = simulator;
      const sites = createSites(config);
      const deps = { sites, client, store, taskQueue, installation: 'bench', commands: {} };
      const inventories = new Inventories(deps);
      control.addFaults({ operation: 'login', kind: 'status', status: 401, times: 1 });
      await expect(inventories.read(source, 0)).rejects.toMatchObject({ code: 'LoginRefused' });
      // The refusal is older than any later moment.
      const refusedAt = Date.now();
      await until(
        async () => Date.now(),
        (now) => now > refusedAt,
      );
      const [old, renewed] = await Promise.allSettled([
        inventories.read(source, 0),
        inventories.read(source, Date.now()),
        delay(0),
      ]);
      expect(renewed.status).toBe('fulfilled');
      expect(old.status).toBe('fulfilled');
      await sites.close();
    }));
});
