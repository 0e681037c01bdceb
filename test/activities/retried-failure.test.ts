/** What is told of an activity that is tried again: of its failure Temporal keeps 4 KiB, or nothing. */
import { describe, expect, it } from '@jest/globals';
import { defaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { failureOf } from '../../activities/failures.js';
import { errorRules, VcdaError } from '../../vcda/index.js';

const failed = (detail: string) =>
  failureOf(
    new VcdaError({
      site: 'lyon',
      method: 'POST',
      path: '/vm-replications',
      code: 'GeneralServerFailure',
      detail,
      status: 500,
      acted: 'unknown',
    }),
    {
      kind: 'start',
      vm: { id: '441a891a-5294-4dff-b02d-c605d335be1a', name: 'web1' },
      operationId: 'drover/a/b/start/1',
    },
    { number: 1, since: () => Date.now() },
    errorRules(),
  );

describe('a failure of a call that is made again', () => {
  it.each([
    ['short', 'Too busy.'],
    ['long', 'x'.repeat(3_000)],
    ['long in wide letters', '界'.repeat(3_000)],
  ])('fits what Temporal keeps of it when its site says something %s', (_, detail) => {
    const kept = defaultFailureConverter.errorToFailure(failed(detail), defaultPayloadConverter);
    const details = kept.applicationFailureInfo?.details?.payloads ?? [];
    const bytes = details.reduce((sum, { data }) => sum + (data?.length ?? 0), Buffer.byteLength(kept.message ?? ''));
    expect(bytes).toBeLessThan(3_500);
    expect(kept).toMatchObject({ stackTrace: '', cause: undefined });
    expect(kept.message).toMatch(/^start of web1 \(441a891a-.*\) at lyon: 500 GeneralServerFailure: /);
    expect(kept.message?.includes(detail)).toBe(detail.length < 100);
    expect(kept.message).not.toContain('\uFFFD');
  });
});
