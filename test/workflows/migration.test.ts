import { afterEach, describe, expect, it } from '@jest/globals';
import { type Lab, openLab } from '../support/lab.js';

let lab: Lab;
afterEach(() => lab.close());

describe('a migration run', () => {
  it('moves every VM once: one start, one migrate, source off, recovered VM on', async () => {
    lab = await openLab({ vms: 6 });
    const { result } = await lab.start(lab.plan());
    const report = await result();
    expect(report.totals).toMatchObject({ vms: 6, succeeded: 6 });
  });
});
