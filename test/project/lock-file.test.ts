import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

interface Lock {
  packages: Record<string, { version?: string; optionalDependencies?: Record<string, string> }>;
}

test('package-lock.json names the optional packages of every platform, without which npm ci refuses it', () => {
  const { packages }: Lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'));
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  );
  // node .ci/complete-lock.mjs adds them
  expect(missing).toEqual([]);
});
