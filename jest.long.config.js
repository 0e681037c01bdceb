/** `npm run test:long`: what takes minutes, each with a short form in `npm test`. */
import short from './jest.config.js';

export default { ...short, testMatch: ['**/*.long.ts'], testTimeout: 600_000 };
