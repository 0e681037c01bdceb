import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../plan/secret.js';
import { ERROR_TABLE, errorRules, type VcdaError } from '../../vcda/index.js';
import { certificate } from './support/certificate.js';
import { failureOf, startBody, withFake, withSimulator } from './support/client.js';
import { refuse } from './support/fake-site.js';

/** Each row of the error table, as a failure of a real call. */
const rules = errorRules();

const OPERATION = 'drover/run-1/vm-1/start/1';
const onTask = { operation: 'task', kind: 'status' as const };
const ask = { operationId: OPERATION };

/** Rows whose code comes in the site's error body, with the status that goes with it. */
const ANSWERED: [key: string, status: number][] = [
  ['BadRequest', 400],
  ['ServiceNotLicensed', 400],
  ['Forbidden', 403],
  ['SiteNotFound', 404],
  ['GeneralServerFailure', 500],
  ['ReplicationNotFound', 404],
  ['TaskNotFound', 404],
  ['InvalidReplicationState', 409],
  ['OperationInProgress', 409],
  ['VmAlreadyReplicated', 409],
  ['PolicyViolation', 400],
  ['RemoteSiteUnreachable', 500],
];

/** Rows that a status alone leads to, and a status for each. */
const BY_STATUS: [key: string, status: number][] = [
  ['408', 408],
  ['429', 429],
  ['502', 502],
  ['503', 503],
  ['504', 504],
  ['4xx', 418],
  ['5xx', 507],
];

/** The row of a status that comes with an error of VCDA's, by the row of one that comes without. */
const AS_A_PAGE: Record<string, string> = { '4xx': 'FrontEnd' };

const OTHERWISE = [
  'NotAuthenticated',
  'RemoteAuthenticationFailure',
  'LoginRefused',
  'CertificateNotTrusted',
  'Unreachable',
  'Timeout',
  'UnexpectedResponse',
  'FrontEnd',
  // Made by activities, never by a call.
  'TaskLost',
  'OwnerNotChanged',
];

describe('every row of the error table, over HTTP', () => {
  it('has a case here', () => {
    const cases = [...ANSWERED.map(([key]) => key), ...BY_STATUS.map(([key]) => key), ...OTHERWISE];
    expect(cases.toSorted()).toEqual(ERROR_TABLE.map((row) => row.key).toSorted());
  });

  it.each(ANSWERED)('%s, answered with %i', async (code, status) => {
    await withSimulator(async ({ simulator, lyon }) => {
      simulator.control.addFaults({ ...onTask, status, error: { code, msg: `because of ${code}` } });
      const error = await failureOf(lyon.task('t1', ask));
      expect(error).toMatchObject({
        name: 'VcdaError',
        site: 'lyon',
        code,
        detail: `because of ${code}`,
        status,
        method: 'GET',
        path: '/tasks/t1',
        operationId: OPERATION,
        acted: status >= 500 ? 'unknown' : 'no',
        retryAfter: null,
      });
      expect(error.message).toBe(`site lyon: GET /tasks/t1 failed: ${status} ${code}: because of ${code}`);
      expect(rules(error).key).toBe(code);
    });
  });

  it.each(BY_STATUS)('%s, answered with %i and any code', async (key, status) => {
    await withSimulator(async ({ simulator, lyon }) => {
      simulator.control.addFaults({ ...onTask, status, error: { code: 'NeverHeardOf', msg: 'whatever' } });
      const error = await failureOf(lyon.task('t1'));
      expect(error).toMatchObject({ code: 'NeverHeardOf', detail: 'whatever', status, operationId: null });
      expect(rules(error).key).toBe(key);
    });
  });

  it.each(BY_STATUS)('%s, answered with %i and an HTML page of a proxy', async (key, status) => {
    await withSimulator(
      async ({ simulator, lyon }) => {
        simulator.control.addFaults({ ...onTask, status });
        const error = await failureOf(lyon.task('t1'));
        expect(error).toMatchObject({ code: `HTTP ${status}`, detail: String(status), status });
        expect(error.acted).toBe(status === 429 ? 'no' : 'unknown');
        expect(rules(error).key).toBe(AS_A_PAGE[key] ?? key);
      },
      { assumptions: { htmlErrorPages: true } },
    );
  });

  it('the simulator itself answers the documented codes', async () => {
    await withSimulator(async ({ simulator, lyon }) => {
      const valid = startBody();
      const body = { ...valid, source: { ...valid.source, vmId: 'no uuid' } };
      const rowOf = async (call: Promise<unknown>) => rules(await failureOf(call)).key;
      expect(await rowOf(lyon.startReplication(body, {}))).toBe('BadRequest');
      expect(await rowOf(lyon.tasks({ user: 'somebody' }))).toBe('Forbidden');
      expect(await rowOf(lyon.startReplication({ ...valid, source: { ...valid.source, site: 'atlantis' } }, {}))).toBe(
        'SiteNotFound',
      );
      expect(await rowOf(lyon.task('5ee9224f-305d-46f6-865f-b605e70acef8'))).toBe('TaskNotFound');
      expect(await rowOf(lyon.syncReplication('C4-nope', {}))).toBe('ReplicationNotFound');
      expect(simulator.control.ledger()).toEqual([]);
    });
  });

  it('NotAuthenticated, when a new login does not help', async () => {
    await withSimulator(async ({ simulator, lyon }) => {
      simulator.control.addFaults({ operation: 'task', kind: 'session-loss' });
      const error = await failureOf(lyon.task('t1'));
      expect(error).toMatchObject({ code: 'NotAuthenticated', status: 401, acted: 'no', challenged: true });
      expect(rules(error)).toMatchObject({ key: 'NotAuthenticated', call: 'login' });
    });
  });

  it('RemoteAuthenticationFailure, when extending again does not help', async () => {
    await withSimulator(async ({ simulator, lyon }) => {
      simulator.control.addFaults({
        ...onTask,
        status: 401,
        error: { code: 'RemoteAuthenticationFailure', msg: 'extend' },
      });
      const error = await failureOf(lyon.task('t1', { peer: 'paris' }));
      expect(error).toMatchObject({ code: 'RemoteAuthenticationFailure', status: 401, challenged: false });
      expect(rules(error)).toMatchObject({ key: 'RemoteAuthenticationFailure', call: 'extend' });
    });
  });

  it('LoginRefused', async () => {
    const login = { type: 'vcdCredentials', user: 'ops@acme', password: new Secret('wrong') } as const;
    await withSimulator(
      async ({ lyon }) => {
        const error = await failureOf(lyon.task('t1'));
        expect(error).toMatchObject({ code: 'LoginRefused', status: 401, path: '/sessions', acted: 'no' });
        expect(rules(error)).toMatchObject({ key: 'LoginRefused', call: 'hold' });
      },
      { site: { login } },
    );
  });

  it('CertificateNotTrusted', async () => {
    await withFake(
      () => null,
      async ({ lyon }) => {
        const error = await failureOf(lyon.task('t1'));
        expect(error).toMatchObject({ code: 'CertificateNotTrusted', status: null, acted: 'no' });
        expect(rules(error).key).toBe('CertificateNotTrusted');
      },
      { tls: await certificate() },
    );
  });

  it('Unreachable, when nobody listens', async () => {
    await withFake(
      () => null,
      async ({ fake, lyon }) => {
        await fake.close();
        const error = await failureOf(lyon.task('t1'));
        expect(error).toMatchObject({ code: 'Unreachable', status: null, acted: 'no' });
        expect(error.detail).toMatch(/ECONNREFUSED/);
        expect(rules(error).key).toBe('Unreachable');
      },
    );
  });

  it('Timeout', async () => {
    await withFake(
      ({ path }) => (path === '/tasks/t1' ? () => undefined : null),
      async ({ lyon }) => {
        const error = await failureOf(lyon.task('t1', { timeout: 50 }));
        expect(error).toMatchObject({ code: 'Timeout', detail: 'no answer within 50 ms', status: null });
        expect(error.acted).toBe('unknown');
        expect(rules(error).key).toBe('Timeout');
      },
    );
  });

  it('UnexpectedResponse', async () => {
    await withFake(
      ({ path }) => (path === '/tasks/t1' ? { status: 202, body: '<p>Welcome</p>' } : null),
      async ({ lyon }) => {
        const error = await failureOf(lyon.task('t1'));
        expect(error).toMatchObject({ code: 'UnexpectedResponse', status: 202, acted: 'unknown' });
        expect(error.detail).toBe('the body is not JSON: Welcome');
        expect(rules(error).key).toBe('UnexpectedResponse');
      },
    );
  });
});

describe('Retry-After', () => {
  const cases: [name: string, value: () => string, expected: (error: VcdaError) => void][] = [
    ['in seconds', () => '7', (e) => expect(e.retryAfter).toBe(7_000)],
    ['as a date', () => new Date(Date.now() + 30_000).toUTCString(), (e) => expectAbout(e.retryAfter, 30_000)],
    ['a date that is past', () => new Date(0).toUTCString(), (e) => expect(e.retryAfter).toBe(0)],
    ['that says nothing', () => 'soon', (e) => expect(e.retryAfter).toBeNull()],
    ['that is empty', () => '', (e) => expect(e.retryAfter).toBeNull()],
    ['below zero', () => '-5', (e) => expect(e.retryAfter === null || e.retryAfter === 0).toBe(true)],
  ];
  it.each(cases)('%s', async (_name, value, expected) => {
    await withFake(
      ({ path }) =>
        path === '/tasks/t1' ? refuse(503, 'GeneralServerFailure', 'busy', { 'retry-after': value() }) : null,
      async ({ lyon }) => expected(await failureOf(lyon.task('t1'))),
    );
  });
});

function expectAbout(actual: number | null, wanted: number) {
  expect(actual).toBeGreaterThan(wanted - 15_000);
  expect(actual).toBeLessThanOrEqual(wanted);
}
