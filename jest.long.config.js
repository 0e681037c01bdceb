/** `npm run test:long`: what takes minutes, each with a short form in `npm test`. */
import short from './jest.config.js';

// As in production; the short forms do without (test/support/workflow-thread.ts).
process.env.DROVER_TEST_THREADS = '1';

export default { ...short, testMatch: ['**/*.long.ts'], testTimeout: 600_000 };
