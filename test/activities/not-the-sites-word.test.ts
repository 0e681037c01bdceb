/** What a proxy, an ingress or a block page answers in a site's stead is no answer: nothing is absent, unknown or allowed by it. */
import { describe, expect, it } from '@jest/globals';
import { isOwnUser } from '../../activities/ownership.js';
import type { FaultRule } from '../../simulator/index.js';
import { saysNo, VcdaError } from '../../vcda/index.js';
import { type Bench, withBench } from './support/bench.js';
import { startOf } from './support/start-of.js';

/** What the first attempts of an activity must not do, later ones must not either. */
const LATE = { attempt: 5, heartbeatDetails: { attempt: 4, acted: 'no' } };

const kinds = (bench: Bench) => bench.simulator.control.ledger().map(({ kind }) => kind);

const PAGES: [string, Partial<FaultRule>][] = [
  ['a block page', { status: 403, page: 'html' }],
  ['a default backend', { status: 404, page: 'text' }],
  ['a gateway', { status: 400, page: 'json' }],
  ['an ingress without a word', { status: 405, page: 'empty' }],
];

describe.each(PAGES)('%s', (_, page) => {
  const front = { kind: 'front', ...page } as FaultRule;

  it('before the inventory lets no VM be started under a name that was not compared', () =>
    withBench({}, async (bench) => {
      const vm = bench.vms[0];
      if (vm === undefined) throw new RangeError('no such VM');
      const request = startOf(bench, 0, { vm: { ...vm, name: 'of-another' } });
      const submit = () => bench.attempt(() => bench.activities.submitOperation(request), LATE);
      bench.simulator.control.addFaults({ ...front, path: '/inventory/vms', times: 1 });
      await expect(submit()).rejects.toMatchObject({ type: 'SiteRefused', nonRetryable: false });
      await expect(submit()).rejects.toMatchObject({ type: 'NameMismatch' });
      expect(kinds(bench)).toEqual([]);
    }));

  it('before the tasks makes no replication a person’s, nor anything absent', () =>
    withBench({}, async (bench) => {
      await bench.protect(0);
      const sent = kinds(bench).length;
      const submit = () => bench.attempt(() => bench.activities.submitOperation(startOf(bench, 0)));
      bench.simulator.control.addFaults({ ...front, method: 'GET', path: '/tasks$' });
      await expect(submit()).rejects.toMatchObject({ type: 'SiteRefused', nonRetryable: false });
      bench.simulator.control.clearFaults();
      await expect(submit()).rejects.toMatchObject({ nonRetryable: true });
      expect(kinds(bench)).toHaveLength(sent);
    }));

  it('before the session does not tell that a user is nobody’s', () =>
    withBench({}, async (bench) => {
      const site = bench.at(bench.destination);
      const isOwn = () => isOwnUser(site, 'ops@acme', {});
      expect(await isOwn()).toBe(true);
      bench.simulator.control.addFaults({ ...front, method: 'GET', path: '/sessions', times: 1 });
      await expect(isOwn()).rejects.toThrow();
      expect(await isOwn()).toBe(true);
    }));

  it('before a list does not prove what it would have shown', () =>
    withBench({}, async (bench) => {
      const { id } = await bench.protect(0);
      const error = { code: 'NotFound', msg: 'no' };
      bench.simulator.control.addFaults(
        { kind: 'status', status: 404, error, method: 'GET', path: `/vm-replications/${id}` },
        { ...front, method: 'GET', path: '/vm-replications$' },
      );
      await expect(bench.at(bench.destination).findReplication(id)).rejects.toThrow();
    }));
});

describe('the site itself', () => {
  const failure = (status: number | null, code: string) =>
    new VcdaError({ site: 'lyon', code, detail: 'no', status, method: 'GET', path: '/inventory/vms', acted: 'no' });

  it.each([
    [403, 'Forbidden', true],
    [404, 'NotFound', true],
    [400, 'BadRequest', true],
    [501, 'NotImplemented', true],
    [403, 'HTTP 403', false],
    [404, 'HTTP 404', false],
    [501, 'HTTP 501', false],
    [302, 'HTTP 302', false],
    [200, 'UnexpectedResponse', false],
    [401, 'LoginRefused', false],
    [401, 'NotAuthenticated', false],
    [403, 'ServiceNotLicensed', false],
    [429, 'TooMany', false],
    [500, 'GeneralServerFailure', false],
    [null, 'Unreachable', false],
    [null, 'Timeout', false],
  ])('says no with %s %s: %s', (status, code, expected) => {
    expect(saysNo(failure(status, code))).toBe(expected);
  });
});
