/** A site is away when it cannot be reached, and not when it fails for one operation. */
import { describe, expect, it } from '@jest/globals';
import { Reachability } from '../../activities/reachability.js';
import { siteWorkflowId } from '../../contract/names.js';
import { createSites, VcdaError } from '../../vcda/index.js';
import { type Bench, withBench } from './support/bench.js';

const FAILURES = 6;

/** Whether the site's workflow was told something. */
const isTold = ({ client, destination }: Bench) =>
  client.workflow
    .getHandle(siteWorkflowId(destination))
    .describe()
    .then(
      () => true,
      () => false,
    );

const withReachability = (
  test: (bench: Bench, fail: () => Promise<void>) => Promise<void>,
  error: Partial<VcdaError>,
) =>
  withBench({}, async (bench) => {
    const { client, config, destination, store, taskQueue } = bench;
    const sites = createSites(config);
    const reachability = new Reachability({ sites, client, store, taskQueue, installation: 'bench', commands: {} });
    const { code = '', status = null } = error;
    const path = '/vm-replications/C4-1';
    const failed = new VcdaError({ site: destination, code, status, detail: 'no', method: 'GET', path, acted: 'no' });
    const fail = () =>
      bench.attempt(async () => {
        for (let n = 0; n < FAILURES; n += 1) await reachability.failed(destination, failed);
      });
    try {
      await test(bench, fail);
    } finally {
      await sites.close();
    }
  });

describe.each([
  ['503', { code: 'GeneralServerFailure', status: 503 }],
  ['no answer in time', { code: 'Timeout' }],
  ['a block page', { code: 'HTTP 403', status: 403 }],
])('%s', (_, error) => {
  it('for one operation again and again does not make a site away that answers what all share', () =>
    withReachability(async (bench, fail) => {
      await fail();
      expect(await isTold(bench)).toBe(false);
    }, error));

  it('does when the site answers nothing else either', () =>
    withReachability(async (bench, fail) => {
      bench.simulator.control.setUp(bench.destination, false);
      await fail();
      expect(await isTold(bench)).toBe(true);
    }, error));
});
