/** `npm run test:long`: what takes minutes, each with a short form in `npm test`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import short from './jest.config.js';

// As in production; the short forms do without (test/support/workflow-thread.ts).
process.env.DROVER_TEST_THREADS = '1';
process.env.DROVER_TEST_LONG = '1';

/** Files of which `npm test` takes some cases of a table; see test/support/in-short.ts. */
const withTables = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && readFileSync(join('test', file), 'utf8').includes('inShort('))
  .map((file) => `<rootDir>/test/${file}`);

export default { ...short, testMatch: ['**/*.long.ts', ...withTables], testTimeout: 600_000 };
