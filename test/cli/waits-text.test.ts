/** What people are shown in place of words that only a program needs. Pure. */
import { describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { vmLine } from '../../cli/progress/progress-plain.js';
import { dryRunText } from '../../cli/text/plan-text.js';
import { activity, vmsTable } from '../../cli/text/run-text.js';
import { aPlan, aVm, aWave } from '../support/plans.js';
import { report, vm } from '../support/reports.js';

const colors = pc.createColors(false);

describe('what people are shown', () => {
  it('of a run that stops once all is copied: it waits for resume', () => {
    const waiting = vm('web1', { state: 'waiting', step: 'gate', waitingFor: 'until' });
    expect(vmsTable(report([waiting]), colors)).toMatch(/ gate +resume$/m);
    expect(activity([waiting])).toBe('1 waiting for resume');
    expect(vmLine(waiting)).toBe('web1 (pilot) waiting for resume');
  });

  it('of a VM that a plan calls by its name alone: no id', () => {
    const plan = aPlan({ waves: [aWave('all', aVm('Web1', { id: 'name:web1' }))] });
    expect(dryRunText(plan, 'r1', colors)).not.toContain('name:web1');
  });
});
