import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../plan/config/load-config.js';
import { CERTIFICATE, directory, problemLines } from '../support/plan-files.js';

const LOGIN = 'login: { type: localUser, user: root, password: hunter2 }';

function problems(config: string, need: 'client' | 'worker' = 'worker', files: Record<string, string> = {}): string[] {
  const dir = directory({ 'drover.yaml': config, ...files });
  return problemLines(dir, () => loadConfig(join(dir, 'drover.yaml'), { env: { SET: 'hunter2' }, need }));
}

const site = (text: string, login = LOGIN) => `sites:\n  paris:\n    url: https://p\n    ${login}\n    ${text}\n`;

const CASES: [string, string, string | RegExp][] = [
  [
    'a number without a unit',
    site('polling: { interval: 5 }'),
    'drover.yaml:5:26  sites.paris.polling.interval is 5 (expected a duration with its unit, such as 250ms, 5s, 15m or 2h)',
  ],
  [
    'a text without a unit',
    site('polling: { interval: "5" }'),
    /^drover\.yaml:5:26 {2}sites\.paris\.polling\.interval is "5" \(expected a duration with its unit/,
  ],
  [
    'another login called default',
    site('logins: { default: { type: localUser, user: root, password: hunter2 } }'),
    /^drover\.yaml:5:15 {2}this cannot be a login's name \(expected .*; not default, which is "login" itself\)$/m,
  ],
  [
    'another login whose name is the password',
    site('logins: { "hunter2!": { type: localUser, user: root, password: x } }'),
    /^drover\.yaml:5:15 {2}this cannot be a login's name/m,
  ],
  [
    'another login without its secret',
    site('logins: { tenant: { type: localUser, user: root } }'),
    /^drover\.yaml:5:23 {2}the login has no password/m,
  ],
  [
    'another login of no type',
    site('logins: { tenant: hunter2 }'),
    /^drover\.yaml:5:23 {2}sites\.paris\.logins\.tenant is not valid/m,
  ],
  ['no duration', site('timeouts: { connect: 0s }'), /^drover\.yaml:5:26 {2}sites\.paris\.timeouts\.connect is "0s"/],
  [
    'a limit of nothing',
    site('limits: { syncs: 0 }'),
    'drover.yaml:5:22  sites.paris.limits.syncs is 0 (expected a whole number, at least 1)',
  ],
  [
    'a password where the blank before it was forgotten',
    'sites:\n  paris: { url: https://p, login: { type: localUser, user: root, passwordFile: good, password:hunter2 } }\n',
    /^drover\.yaml:2:\d+ {2}unknown key, not shown here, in sites\.paris\.login .*did you mean password/m,
  ],
  [
    'a secret of checks where the blank before it was forgotten',
    'hooks: { secrets: { "HEALTH:hunter2": { value: x } } }\n',
    "drover.yaml:1:21  this cannot be a secret's name (expected a name of letters, digits, dots, dashes and underscores, a letter or digit first)",
  ],
  [
    'a user of a check whom no system has',
    'worker: { checks: { crm: { program: /bin/true, user: { uid: 4294967296, gid: 0 } } } }\n',
    'drover.yaml:1:61  worker.checks.crm.user.uid is a number (expected a number from 0 to 2147483647)',
  ],
  [
    'a variable of a check that every object has',
    'worker: { checks: { crm: { program: /bin/true, env: { __proto__: { secret: X } } } } }\n',
    'drover.yaml:1:55  "__proto__" cannot be a variable (expected a name of letters, digits and underscores)',
  ],
  [
    'more places than there can be',
    site('limits: { syncs: 1e300 }'),
    'drover.yaml:5:22  sites.paris.limits.syncs is 1e+300 (expected at most 1000000)',
  ],
  [
    'a rate that is hardly any',
    site('limits: { requestsPerSecond: 1e-300 }'),
    /^drover\.yaml:5:34 {2}sites\.paris\.limits\.requestsPerSecond is 1e-300 \(expected a number above 0, at least 0\.001\)/,
  ],
  [
    'a task queue that would forge a line',
    'worker: { taskQueue: "a\\r\\nb" }\n',
    /^drover\.yaml:1:22 {2}worker\.taskQueue is "a\\r\\nb", with a line break .*; hint: /,
  ],
  [
    'an installation whose name turns the direction of writing',
    'installation: "acme\\u202e"\n',
    /^drover\.yaml:1:15 {2}installation is "acme\\u202e", with the control character U\+202E/,
  ],
  [
    'an unknown key of a site',
    site('limit: {}'),
    /^drover\.yaml:5:5 {2}unknown key "limit" in sites\.paris \(expected url, .*hint: did you mean limits\?\)$/,
  ],
  [
    'an unknown section',
    `site: {}\n`,
    'drover.yaml:1:1  unknown key "site" (expected sites, installation, errors, store, hooks or worker; hint: did you mean sites?)',
  ],
  [
    'a store that is no database Drover knows',
    'store: { url: "mysql://ops:hunter2@db/drover" }\n',
    /^drover\.yaml:1:15 {2}(the url of the store has a password in it|store\.url is not valid) \(expected/,
  ],
  [
    'a store of an unknown kind',
    'store: { url: "mysql://db/drover" }\n',
    /^drover\.yaml:1:15 {2}store\.url is not valid \(expected postgres:\/\/user@host\[:port\]\/database, or sqlite:FILE/,
  ],
  [
    'a store without a user',
    'store: { url: "postgres://db/drover" }\n',
    /^drover\.yaml:1:15 {2}store\.url is not valid/,
  ],
  [
    'a password in the url of the store',
    'store: { url: "postgres://drover:hunter2@db/drover" }\n',
    'drover.yaml:1:15  the url of the store has a password in it (expected a key "passwordFile" or "password")',
  ],
  [
    'the password of the store twice',
    'store: { url: "postgres://drover@db/drover", password: hunter2, passwordFile: secrets/db }\n',
    /^drover\.yaml:1:65 {2}the password is there twice/,
  ],
  [
    'a password file of the store that is not there',
    'store: { url: "postgres://drover@db/drover", passwordFile: secrets/db }\n',
    /^drover\.yaml:1:60 {2}the file that "passwordFile" names/,
  ],
  [
    'a site that is a text',
    'sites:\n  paris: https://ops:hunter2@p\n',
    /^drover\.yaml:2:10 {2}sites\.paris is not valid \(expected a mapping/,
  ],
  ['sites that are a list', 'sites: [paris]\n', 'drover.yaml:1:8  sites is a list (expected a mapping (key: value))'],
  ['a site without url', `sites:\n  paris: { ${LOGIN} }\n`, /^drover\.yaml:2:10 {2}sites\.paris\.url is missing/],
  [
    'a site name of which no task queue can be made',
    `sites:\n  ${'x'.repeat(201)}: { url: "https://p", ${LOGIN} }\n`,
    /a site name of at most 200 letters, digits, dots, dashes and underscores/,
  ],
  [
    'an unfit site name',
    `sites:\n  "pa ris": { url: "https://p", ${LOGIN} }\n`,
    /^drover\.yaml:2:3 {2}"pa ris" cannot be a site's name/,
  ],
  [
    'a site named as every object has one',
    `sites:\n  __proto__: { url: "https://p", ${LOGIN} }\n`,
    /^drover\.yaml:2:3 {2}"__proto__" cannot be/,
  ],
  [
    'plain http to another machine',
    `sites:\n  paris: { url: "http://vcda.example.com", ${LOGIN} }\n`,
    /^drover\.yaml:2:17 {2}sites\.paris\.url is not valid \(expected https:\/\/host/,
  ],
  [
    'http to a host that looks like loopback',
    `sites:\n  paris: { url: "http://127.0.0.1.example.com", ${LOGIN} }\n`,
    /^drover\.yaml:2:17 {2}sites\.paris\.url/,
  ],
  [
    'a url with a path',
    `sites:\n  paris: { url: "https://p/ui", ${LOGIN} }\n`,
    /^drover\.yaml:2:17 {2}sites\.paris\.url/,
  ],
  [
    'a url with a password',
    `sites:\n  paris: { url: "https://ops:hunter2@p", ${LOGIN} }\n`,
    /^drover\.yaml:2:17 {2}sites\.paris\.url/,
  ],
  [
    'no login',
    'sites:\n  paris: { url: "https://p" }\n',
    'drover.yaml:2:3  the site paris has no login, which a worker needs (expected a key "login")',
  ],
  [
    'an unknown type of login',
    site('', 'login: { type: vcdCredential, user: a, password: hunter2 }'),
    'drover.yaml:4:20  sites.paris.login.type is not valid (expected vcdCredentials, localUser, vcdAccessToken, vcdApiToken or ssoCredentials)',
  ],
  [
    'an API token that would go to a stranger in plain text',
    site('', 'login: { type: vcdApiToken, vcd: "http://vcd.example.com", org: acme, tokenFile: good }'),
    /sites\.paris\.login\.vcd is not valid \(expected https:/,
  ],
  [
    'an API token without a file in which another can take its place',
    site('', 'login: { type: vcdApiToken, vcd: "https://vcd.example.com", org: acme }'),
    /sites\.paris\.login\.tokenFile is missing/,
  ],
  [
    'a login without type',
    site('', 'login: { user: a, password: hunter2 }'),
    /^drover\.yaml:4:12 {2}sites\.paris\.login\.type is missing/,
  ],
  [
    'a login that is a text',
    site('', 'login: hunter2'),
    /^drover\.yaml:4:12 {2}sites\.paris\.login is not valid \(expected a mapping/,
  ],
  [
    'a user without org',
    site('', 'login: { type: vcdCredentials, user: ops, password: hunter2 }'),
    'drover.yaml:4:42  sites.paris.login.user is not valid (expected user@org)',
  ],
  [
    'no password',
    site('', 'login: { type: localUser, user: root }'),
    'drover.yaml:4:12  the login has no password (expected "password" or "passwordFile")',
  ],
  [
    'an empty password',
    site('', 'login: { type: localUser, user: root, password: "" }'),
    /^drover\.yaml:4:53 {2}sites\.paris\.login\.password is empty/,
  ],
  [
    'a password that YAML reads as a number',
    site('', 'login: { type: localUser, user: root, password: 7702 }'),
    'drover.yaml:4:53  sites.paris.login.password is a number (expected text; hint: put it in quotes)',
  ],
  [
    'a password twice',
    site('', 'login: { type: localUser, user: root, password: hunter2, passwordFile: a }'),
    /^drover\.yaml:4:62 {2}the password is there twice/,
  ],
  [
    'a missing password file',
    site('', 'login: { type: localUser, user: root, passwordFile: hunter2 }'),
    /^drover\.yaml:4:57 {2}the file that "passwordFile" names does not exist \(hint: its path is relative to/,
  ],
  [
    'an empty token file',
    site('', 'login: { type: vcdAccessToken, org: a, tokenFile: empty }'),
    /^drover\.yaml:4:55 {2}the file that "tokenFile" names is empty/,
  ],
  [
    'a password file of several lines',
    site('', 'login: { type: localUser, user: root, passwordFile: lines }'),
    /^drover\.yaml:4:57 {2}the file that "passwordFile" names has several lines/,
  ],
  [
    'a short fingerprint',
    site('tls: { fingerprint: "SHA-256:AA:BB" }'),
    /^drover\.yaml:5:25 {2}sites\.paris\.tls\.fingerprint is not valid \(expected SHA-256: and the 32 bytes/,
  ],
  [
    'a missing certificate',
    site('tls: { ca: nowhere.pem }'),
    /^drover\.yaml:5:16 {2}the file that "ca" names does not exist/,
  ],
  [
    'a file that is no certificate',
    site('tls: { ca: lines }'),
    /^drover\.yaml:5:16 {2}the file that "ca" names holds no certificate/,
  ],
  [
    'both certificate and fingerprint',
    site(`tls: { ca: ca.pem, fingerprint: "SHA-256:${Array(32).fill('AB').join(':')}" }`),
    'drover.yaml:5:24  tls has both "ca" and "fingerprint" (expected one of them)',
  ],
  [
    'an unknown action',
    'errors:\n  503: { action: hodl }\n',
    'drover.yaml:2:18  errors.503.action is "hodl" (expected retry, hold or fail; hint: did you mean hold?)',
  ],
  [
    'a bad retry',
    'errors:\n  Forbidden: { retry: { for: 2 } }\n',
    /^drover\.yaml:2:30 {2}errors\.Forbidden\.retry\.for is 2 \(expected a duration/,
  ],
  [
    'a row for what no answer has',
    'errors:\n  "40x": { action: hold }\n',
    'drover.yaml:2:3  "40x" cannot be a row of the error table (expected a code such as PolicyViolation, a status from 300 to 599, or 3xx, 4xx or 5xx)',
  ],
  ['a row for a success', 'errors:\n  200: { action: hold }\n', /^drover\.yaml:2:3 {2}"200" cannot be a row/],
  ['a row named as every object has one', 'errors:\n  constructor: {}\n', /^drover\.yaml:2:3 {2}"constructor" cannot/],
  [
    'a first pause above the longest',
    'errors:\n  Forbidden: { retry: { initial: 10m, max: 90s } }\n',
    'drover.yaml:2:34  the first pause, 10m, is longer than the longest, 90s (expected initial at most max)',
  ],
  ['an empty task queue', 'worker: { taskQueue: "" }\n', 'drover.yaml:1:22  worker.taskQueue is empty (expected text)'],
  [
    'a check by a relative path',
    'worker:\n  checks:\n    crm: { program: ./hunter2 }\n',
    /^drover\.yaml:3:21 {2}worker\.checks\.crm\.program is not valid \(expected an absolute path/,
  ],
  [
    'a check without a program',
    'worker: { checks: { crm: { args: [] } } }\n',
    /^drover\.yaml:1:26 {2}worker\.checks\.crm\.program is missing/,
  ],
  [
    'arguments that are no list',
    'worker: { checks: { crm: { program: /bin/true, args: --password=hunter2 } } }\n',
    'drover.yaml:1:54  worker.checks.crm.args is not valid (expected a list of texts)',
  ],
  [
    'an unknown key of a check',
    'worker: { checks: { crm: { program: /bin/true, arguments: [] } } }\n',
    /^drover\.yaml:1:48 {2}unknown key "arguments" in worker\.checks\.crm \(expected program, args, env or user/,
  ],
  [
    'an unfit name of a check',
    'worker: { checks: { "check crm": { program: /bin/true } } }\n',
    /^drover\.yaml:1:21 {2}"check crm" cannot be a command's name/,
  ],
  [
    'a check named as every object has one',
    'worker: { checks: { __proto__: { program: /bin/true } } }\n',
    /^drover\.yaml:1:21 {2}"__proto__" cannot be/,
  ],
  ['checks that are a list', 'worker: { checks: [crm] }\n', /^drover\.yaml:1:19 {2}worker\.checks is a list/],
  [
    'a variable that is not set',
    site('polling: { interval: "${INTERVAL}" }'),
    /^drover\.yaml:5:26 {2}the variable INTERVAL is not set \(hint: set it in the environment/,
  ],
  [
    'a password variable that is not set',
    site('', 'login: { type: localUser, user: root, password: "${PW}" }'),
    /^drover\.yaml:4:53 {2}the variable PW is not set \(hint: set it, or leave "login" out/,
  ],
  [
    'a password with ${ in it',
    site('', 'login: { type: localUser, user: root, password: "hun${ter2}" }'),
    /^drover\.yaml:4:53 {2}a variable named in this text is not set/,
  ],
  ['an unclosed ${', site('polling: { interval: "${SET" }'), /^drover\.yaml:5:26 {2}a "\$\{" that begins no variable/],
  [
    'a password that looks like an alias',
    site('', 'login: { type: localUser, user: root, password: *hunter2 }'),
    /^drover\.yaml:4:53 {2}an alias/,
  ],
  [
    'a password that looks like a tag',
    site('', 'login: { type: localUser, user: root, password: !hunter2 x }'),
    /^drover\.yaml:4:53 {2}an unknown tag/,
  ],
  [
    'a password with a colon',
    site('', 'login:\n      type: localUser\n      password: hunter2: x'),
    /^drover\.yaml:6:17 {2}a second "key: value" on the same line/,
  ],
  [
    'a password with a backslash',
    site('', 'login: { type: localUser, user: root, password: "\\hunter2" }'),
    /^drover\.yaml:4:54 {2}a backslash sequence/,
  ],
  [
    'a mistyped password key',
    site('', 'login: { type: localUser, user: root, passwordFile: good, pasword: hunter2 }'),
    /^drover\.yaml:4:63 {2}unknown key "pasword" in sites\.paris\.login .*did you mean password\?/,
  ],
  ['an empty file', '', 'drover.yaml:1:1  the file is empty'],
];

describe('a bad config', () => {
  it.each(CASES)('with %s says where, what was expected, and no secret', (_, config, line) => {
    const files = { empty: '', lines: 'hunter2\nhunter2\n', good: 'hunter2', 'ca.pem': CERTIFICATE };
    const found = problems(config, 'worker', files);
    expect(found).toEqual([typeof line === 'string' ? line : expect.stringMatching(line)]);
    expect(found.join('\n')).not.toMatch(/hunter2|ter2|7702/);
  });

  it('shows every problem at once', () => {
    const config = `sites:\n  paris: { url: p, login: { type: localUser, usr: root, password: "\${PW}" } }\n  lyon: {}\nworkers: {}\n`;
    expect(problems(config).map((line) => line.split('  ')[0])).toEqual([
      'drover.yaml:2:17',
      'drover.yaml:2:27',
      'drover.yaml:2:46',
      'drover.yaml:2:67',
      'drover.yaml:3:3',
      'drover.yaml:3:9',
      'drover.yaml:4:1',
    ]);
  });

  it('of a client misses its variables too', () => {
    const config = site('', 'login: { type: localUser, user: root, password: "${PW}" }');
    expect(problems(config, 'client')).toEqual([
      expect.stringMatching(/the variable PW is not set .*leave "login" out/),
    ]);
  });

  it('that does not exist says so', () => {
    const dir = directory({});
    const load = () => loadConfig(join(dir, 'drover.yaml'), { env: {}, need: 'client' });
    expect(problemLines(dir, load)).toEqual(['drover.yaml  the config does not exist']);
  });

  it('never quotes what a variable holds', () => {
    const config = site('tls: { fingerprint: "${SET}" }\n    limits: { syncs: "${SET}" }\n    polling: "${SET}"');
    expect(problems(config).join('\n')).not.toContain('hunter2');
    expect(problems(config).join('\n')).toContain('sites.paris.limits.syncs is "${SET}"');
  });
});
