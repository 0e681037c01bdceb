import { describe, expect, it } from '@jest/globals';
import type { OperationRecord } from '../../../contract/report.js';
import { broughtByOthers, notHome, triedFor } from '../../../workflows/drill/not-home.js';
import { undoUntil } from '../../../workflows/drill/undo-time.js';
import type { Standing } from '../../../workflows/vm/steps/standing.js';

const MINUTE = 60_000;

const HOUR = 60 * MINUTE;

describe('what a drill has begun', () => {
  it('is undone within its time, or for as long again as its time is, but for two hours at most', () => {
    const undone = (began: number, timeout: number) => undoUntil(began, timeout, timeout);
    expect(undone(HOUR, 24 * HOUR)).toBe(24 * HOUR);
    expect(undone(23 * HOUR, 24 * HOUR)).toBe(25 * HOUR);
    expect(undone(3 * MINUTE, 3 * MINUTE)).toBe(6 * MINUTE);
    expect(undone(MINUTE, 3 * MINUTE)).toBe(4 * MINUTE);
    expect(undoUntil(5, undefined, undefined)).toBe(2 * HOUR + 5);
  });
});

describe('the way home of a round trip', () => {
  it('is tried for half an hour after its first failure, within the time that undoing has', () => {
    expect(triedFor(0, 24 * HOUR)).toBe(30 * MINUTE);
    expect(triedFor(0)).toBe(30 * MINUTE);
    expect(triedFor(MINUTE, 6 * MINUTE)).toBe(5 * MINUTE);
    expect(triedFor(9 * MINUTE, 3 * MINUTE)).toBe(0);
  });
});

describe('a VM that is home again', () => {
  type Kind = OperationRecord['kind'];
  const told = (kinds: Kind[], result: OperationRecord['result'] = 'succeeded') =>
    broughtByOthers(
      { id: '1', name: 'web' },
      kinds.map((kind) => ({ kind, result })),
      'paris',
    )?.reason ?? null;

  it.each<[what: string, kinds: Kind[], by: RegExp]>([
    ['the whole way', ['sync', 'failover'], /failover and reverse of its round trip/],
    ['after a person had reversed it', ['failover', 'sync', 'failover', 'reverse'], /: reverse of its round trip/],
    ['after a person had failed it over', ['failover', 'reverse', 'reverse'], /: failover of its round trip/],
  ])('and was brought there by others, %s, proves nothing', (_what, kinds, by) => {
    expect(told(kinds)).toMatchObject({ code: 'DoneByOthers', message: expect.stringMatching(by) });
  });

  it('proves what the drill has done itself, and nothing where its failover came to nothing', () => {
    expect(told(['failover', 'reverse', 'sync', 'failover', 'reverse'])).toBeNull();
    expect(told(['failover'], 'failed')).toBeNull();
  });
});

describe('a VM that is not home', () => {
  const at = (site: string, power: Standing['power']): Standing => ({ site, vmId: `vm-${site}`, power, known: 'so' });
  const reason = {
    code: 'NoReplication',
    message: 'web has no replication.',
    operation: 'failover',
    taskId: null,
    site: 'lyon',
    advice: 'Protect it first.',
  } as const;
  const told = (standing: Standing[], isGone: boolean) =>
    notHome({ id: '1', name: 'web' }, reason, { home: 'paris', standing, isGone }).reason;

  it('is told with every VM of it that stands', () => {
    const { code, message } = told([at('paris', 'on'), at('lyon', 'unknown')], true);
    expect(code).toBe('NotHome');
    expect(message).toMatch(
      /web has no replication\. VM vm-paris at paris is ON; VM vm-lyon may stand at lyon \(so\)\.$/,
    );
    expect(told([], true).message).toMatch(/Neither site lists a VM of it\.$/);
  });

  it.each([
    ['both run', [at('paris', 'on'), at('lyon', 'on')], /^Both run: power off all but .*protect that one anew/],
    [
      'it runs away',
      [at('paris', 'off'), at('lyon', 'on')],
      /^It runs away from home: take VM vm-lyon from lyon back to paris/,
    ],
    ['it runs at home', [at('paris', 'on'), at('lyon', 'off')], /^It runs at home: protect VM vm-paris anew/],
    ['none runs', [at('paris', 'off')], /^See at both sites .*power that on/],
  ])('whose replication is gone gets advice for what stands: %s', (_, standing, advice) => {
    expect(told(standing, true).advice).toMatch(advice);
    expect(told(standing, true).advice).not.toContain('Protect it first.');
  });

  it('that runs at home is not to be failed back', () => {
    const { advice } = told([at('paris', 'on'), at('lyon', 'off')], false);
    expect(advice).toMatch(/^Protect it first\. It runs at home/);
    expect(advice).not.toContain('failback');
  });

  it('that has a replication is to be failed back, and one of two is to go first', () => {
    expect(told([at('lyon', 'on')], false).advice).toMatch(/^Protect it first\. Then drover failback/);
    expect(told([at('paris', 'on'), at('lyon', 'on')], false).advice).toMatch(/^Both run: .* Then drover failback/);
  });
});
