/** Scheduled drills by the minutes of their own cron; drill-fires.test.ts is the short form. */
import { describeFiring } from './support/firing.js';

describeFiring({ cron: '* * * * *', interval: null, second: '00' });
