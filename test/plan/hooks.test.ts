/** Hooks as a plan and a config may say them. */
import { describe, expect, it } from '@jest/globals';
import { parsePlan } from '../../plan/load-plan.js';

const base = {
  name: 'exit',
  kind: 'migrate',
  source: { site: 'paris' },
  destination: { site: 'lyon', vdc: '5ee9224f-305d-46f6-865f-b605e70acef8' },
  vms: [{ id: '441a891a-5294-4dff-b02d-c605d335be1b', name: 'web1' }],
};
const url = 'https://itsm.example.com/freeze';
const withHooks = (hooks: object, change: object = {}) => parsePlan({ ...base, ...change, hooks });
function wrong(hooks: object, change: object = {}): string {
  try {
    withHooks(hooks, change);
  } catch (error) {
    return String(error);
  }
  return 'nothing';
}

describe('the hooks of a plan', () => {
  it('have defaults: a person is waited for before something, and nothing undone after it', () => {
    expect(
      withHooks({ beforeCutover: { url }, afterVm: { url, headers: { 'X-Key': { secret: 'ITSM' } } } }).hooks,
    ).toEqual({
      beforeCutover: { url, method: 'POST', timeout: 30_000, retries: 3, rule: 'hold' },
      afterVm: {
        url,
        method: 'POST',
        timeout: 30_000,
        retries: 3,
        rule: 'warn',
        headers: { 'X-Key': { secret: 'ITSM' } },
      },
    });
    expect(parsePlan(base).hooks).toBeUndefined();
  });

  it.each([
    [
      'a rule that would undo something',
      { afterCutover: { url, rule: 'fail' } },
      /afterCutover\.rule.*what has happened is not undone/,
    ],
    ['an event that does not happen', { afterCutovers: { url } }, /afterCutovers.*did you mean.*afterCutover/is],
    [
      'a secret in a header',
      { beforeVm: { url, headers: { Authorization: 'Bearer geheim' } } },
      /which a plan does not hold.*secret: NAME/s,
    ],
    [
      'a secret in its query',
      { beforeVm: { url: `${url}?token=geheim` } },
      /the query of the URL has a secret in it, "token"/,
    ],
    ['a login', { beforeVm: { url: 'https://ann:geheim@itsm.example.com/' } }, /has a login in it/],
    ['no https', { beforeVm: { url: 'http://itsm.example.com/' } }, /does not begin with https:/],
    ["a key that is Drover's own", { beforeVm: { url, headers: { 'Idempotency-Key': 'x' } } }, /the name of a header/],
    ['an answer that takes too long', { beforeVm: { url, timeout: '2h' } }, /timeout/],
  ])('are refused with %s', (_, hooks, expected) => {
    const said = wrong(hooks);
    expect(said).toMatch(expected);
    expect(said).not.toMatch(/geheim/);
  });

  it('of cutovers belong to plans that cut over', () => {
    const confirmed = { kind: 'reverse', confirm: 'removes-source' };
    expect(wrong({ beforeCutover: { url } }, confirmed)).toMatch(
      /takes no VM down, so that a hook beforeCutover would never be sent/,
    );
    expect(wrong({ beforeVm: { url } }, confirmed)).toBe('nothing');
  });
});
