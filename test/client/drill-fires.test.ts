/** Scheduled drills by seconds; drill-fires.long.ts waits for the minutes of a cron. */
import { describeFiring } from './support/firing.js';

describeFiring({ cron: '0 4 1 1 *', interval: 10_000, second: '[0-5]0' });
