import { describe, expect, it } from '@jest/globals';
import { onceCleaned } from '../../../workflows/drill/cleaned-up.js';
import { NotAgain, StepFailed } from '../../../workflows/vm/steps/step-errors.js';

describe('a test that failed, once no copy of it is left', () => {
  const reason = { code: 'X', message: 'It failed.', operation: 'failover-test', taskId: 't', site: 'lyon' } as const;
  const exists = { ...reason, code: 'TestCopyExists', message: 'A copy exists.', advice: 'Clean the test up.' };
  const read = (error: unknown, isCleaned: boolean) => (onceCleaned(error, isCleaned) as StepFailed).reason;

  it('keeps the advice of its failure, and asks for no clean-up', () => {
    const failed = { ...reason, advice: 'Read the log.' };
    expect(read(new NotAgain(failed, exists), true)).toMatchObject({
      code: 'X',
      message: 'It failed. It was not sent again: a test copy was there all the same, and was cleaned up.',
      advice: 'Read the log.',
    });
    expect(read(new StepFailed(exists), false)).toMatchObject({
      code: 'TestCopyExists',
      message: 'A copy exists. That copy is gone by now.',
      advice: 'Run the drill again.',
    });
  });

  it('is as it was where something else is to be done, or a round trip met the copy', () => {
    const other = new NotAgain({ ...reason, advice: null }, { ...exists, code: 'ReplicationPaused' });
    expect(onceCleaned(other, true)).toBe(other);
    const met = new StepFailed({ ...exists, operation: 'failover' });
    expect(onceCleaned(met, false)).toBe(met);
    const unknown = new Error('x');
    expect(onceCleaned(unknown, true)).toBe(unknown);
  });
});
