export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  // A bound, not an expectation: a busy machine makes a test slow, not wrong.
  testTimeout: 420_000,
  // For two cores: files mostly wait, and with two at once a third of what there is to compute with was left over; four only
  // wait for each other.
  maxWorkers: 3,
  maxConcurrency: 8,
  // Jest keeps every module that an ES module test has loaded (nodejs/node#59118): a hundred files later a worker spends more
  // time on its garbage than on tests, and then runs out of memory.
  workerIdleMemoryLimit: '1GB',
  testSequencer: '<rootDir>/test/support/longest-first.js',
  setupFiles: ['<rootDir>/test/support/forget-storages.ts'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};
