/** What the sites do wrong during a chaos run, as rules of the simulator. */
import type { FaultRule } from '../simulator/index.js';

/** A login that is answered with 401 is a wrong password, for which a person is needed: no passing fault. */
const NOT_LOGINS = '^/(?!sessions)';

/** @param percent of calls cut before they are processed, and of those left as many after; everything else is rarer */
export function faultRules(percent: number): FaultRule[] {
  if (percent === 0) return [];
  const often = percent / 100;
  const rare = often / 5;
  const seldom = often / 10;
  return [
    { id: 'delay-short', kind: 'delay', delayMs: 300, probability: rare },
    { id: 'delay-long', kind: 'delay', delayMs: 2_000, probability: seldom },
    { id: 'cut-before', kind: 'reset-before', probability: often },
    { id: 'cut-after', kind: 'reset-after', probability: often },
    {
      id: 'failing',
      kind: 'status',
      status: 500,
      error: { code: 'GeneralServerFailure', msg: 'Injected.' },
      probability: rare,
    },
    { id: 'unavailable', kind: 'status', status: 503, headers: { 'retry-after': '1' }, probability: rare },
    { id: 'too-many', kind: 'status', status: 429, headers: { 'retry-after': '1' }, probability: rare },
    { id: 'garbage', kind: 'garbage', path: NOT_LOGINS, probability: seldom },
    { id: 'session-loss', kind: 'session-loss', path: NOT_LOGINS, probability: seldom },
    {
      id: 'failed-task',
      kind: 'fail-task',
      error: { code: 'GeneralServerFailure', msg: 'Injected.' },
      probability: seldom,
    },
  ];
}
