/** A password that a program prints. */
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../plan/config/load-config.js';
import { type Folder, tempFolder } from '../support/folder.js';

let folder: Folder;
beforeEach(() => {
  folder = tempFolder();
});
afterEach(() => folder.remove());

function loading(script: string, need: 'client' | 'worker' = 'worker') {
  chmodSync(folder.write('print', `#!/bin/sh\n${script}\n`), 0o755);
  const login =
    '{ type: ssoCredentials, user: ops@vsphere.local, principal: ops, passwordCommand: [./print, "--of", lyon] }';
  const path = folder.write(
    'drover.yaml',
    `sites: { lyon: { url: "https://lyon", login: ${login}, extension: { type: multisite, org: acme } } }\n`,
  );
  return () => loadConfig(path, { env: {}, need });
}

describe('passwordCommand', () => {
  it('is run without a shell, and what it prints is the password', () => {
    const { lyon } = loading('test "$1 $2" = "--of lyon" && echo "a b"')().sites;
    expect(lyon?.login).toMatchObject({ type: 'ssoCredentials', user: 'ops@vsphere.local', principal: 'ops' });
    expect(lyon?.login?.type === 'ssoCredentials' && lyon.login.password.reveal()).toBe('a b');
    expect(lyon?.extension).toEqual({ type: 'multisite', org: 'acme' });
  });

  it.each([
    ['echo secret-1; exit 3', /the program of "passwordCommand" failed \(exit 3\)/],
    ['true', /prints nothing/],
    ['echo secret-1; echo secret-2', /prints several lines/],
  ])('that does %s is a problem that quotes nothing', (script, why) => {
    expect(loading(script)).toThrow(why);
    expect(loading(script)).not.toThrow(/secret-/);
  });

  it('is ended when it takes too long', () => {
    expect(loading('exec sleep 600')).toThrow(/did not end within 10 s/);
  });

  it.each([
    ['proxy', 'proxy: { url: "http://proxy", passwordCommand: [./print] }', ''],
    ['a token', 'login: { type: vcdAccessToken, org: acme, tokenCommand: [./print] }', ''],
    ['a login that is refused', 'login: { type: localUser, usr: root, passwordCommand: [./print] }', ''],
    ['the store', '', 'store: { url: "postgres://drover@db/drover", passwordCommand: [./print] }'],
    ['a secret of checks', '', 'hooks: { secrets: { HEALTH: { valueCommand: [./print] } } }'],
  ])('of %s is no key, and nothing is run', (_, site, more) => {
    chmodSync(folder.write('print', '#!/bin/sh\necho ran > ran; echo secret\n'), 0o755);
    const login = site.includes('login') ? '' : 'login: { type: localUser, user: root, password: x }, ';
    const path = folder.write('drover.yaml', `sites: { lyon: { url: "https://lyon", ${login}${site} } }\n${more}\n`);
    expect(() => loadConfig(path, { env: {}, need: 'worker' })).toThrow(/unknown key/);
    expect(existsSync(join(folder.path, 'ran'))).toBe(false);
  });

  it('is not run for a machine that only steers runs', () => {
    expect(loading('exit 1', 'client')().sites.lyon?.login).toBeUndefined();
  });
});
