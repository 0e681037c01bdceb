export default {
  testEnvironment: '<rootDir>/test/support/native/environment.js',
  testRunner: '<rootDir>/test/support/native/runner.js',
  // Sources too: by them Jest finds the tests of what changed.
  modulePathIgnorePatterns: ['<rootDir>/(dist|tools)/'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // A bound, not an expectation: a busy machine makes a test slow, not wrong.
  testTimeout: 420_000,
  // For two cores: files mostly wait, and with three at once a third of what there is to compute with was left over.
  maxWorkers: 4,
  maxConcurrency: 8,
  // A bound as well. And test files always run in processes of their own with it: one that watches would not load them again.
  workerIdleMemoryLimit: '2GB',
  testSequencer: '<rootDir>/test/support/longest-first.js',
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
  transform: {},
  // For the same; Node finds the modules of a test.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};
