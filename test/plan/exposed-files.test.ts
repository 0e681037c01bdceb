import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { exposedFiles } from '../../plan/config/exposed-files.js';
import { tempFolder } from '../support/folder.js';

const loginBy = (login: string) =>
  `sites: { lyon: { url: "https://lyon", login: { type: localUser, user: root, ${login} } } }\n`;
const named = (secret: string) => `hooks: { secrets: { HEALTH: { ${secret} } } }\n`;

describe('files with secrets that others may read', () => {
  const cases: [string, string, number, number, string[]][] = [
    ['a password file', loginBy('passwordFile: lyon'), 0o644, 0o644, ['lyon']],
    ['a password file of its owner alone', loginBy('passwordFile: lyon'), 0o640, 0o644, []],
    ['a config with a password in it', loginBy('password: "x y"'), 0o600, 0o644, ['drover.yaml']],
    ['a config with a variable in it', loginBy('password: "${LYON}"'), 0o600, 0o644, []],
    ['a password file that a variable names', loginBy('passwordFile: "${FOLDER}/lyon"'), 0o644, 0o644, ['lyon']],
    ['a config whose password looks like a variable', loginBy('password: "x$${y}"'), 0o600, 0o644, ['drover.yaml']],
    ['the file of a secret of checks', named('file: lyon'), 0o644, 0o644, ['lyon']],
    ['a config with a secret of checks in it', named('value: "x y", to: [value]'), 0o600, 0o644, ['drover.yaml']],
    ['a config that names a variable for a secret of checks', named('value: "${HEALTH}"'), 0o600, 0o644, []],
  ];

  it.each(cases)('%s', (_, config, ofSecret, ofConfig, found) => {
    const folder = tempFolder();
    try {
      const path = folder.write('drover.yaml', config);
      chmodSync(path, ofConfig);
      chmodSync(folder.write('lyon', 'secret'), ofSecret);
      expect(exposedFiles(path, { FOLDER: folder.path })).toEqual(found.map((name) => join(folder.path, name)));
    } finally {
      folder.remove();
    }
  });
});
