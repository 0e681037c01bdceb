import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

interface Lock {
  packages: Record<
    string,
    { version?: string; integrity?: string; link?: boolean; optionalDependencies?: Record<string, string> }
  >;
}

const lock = (path: string): Lock => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));

test.each(['package-lock.json', 'tools/typedoc/package-lock.json'])(
  '%s says of every package what its bytes are, so that a registry cannot give others',
  (path) => {
    const without = Object.entries(lock(path).packages).flatMap(([name, { integrity, link }]) =>
      name === '' || link === true || integrity?.startsWith('sha512-') === true ? [] : [name],
    );
    expect(without).toEqual([]);
  },
);

test('package-lock.json names the optional packages of every platform, without which npm ci refuses it', () => {
  const { packages } = lock('package-lock.json');
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  );
  // node .ci/complete-lock.mjs adds them
  expect(missing).toEqual([]);
});
