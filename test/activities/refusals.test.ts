import { describe, expect, it } from '@jest/globals';
import { Refusals, VcdaError } from '../../vcda/index.js';

const refusal = (code: string): VcdaError =>
  new VcdaError({
    site: 'lyon',
    code,
    detail: 'no',
    status: 403,
    method: 'POST',
    path: '/vm-replications',
    operationId: null,
    acted: 'no',
    retryAfter: null,
  });

describe('what a site refuses until a person acts', () => {
  it('is refused again without asking, at that site only', () => {
    const refusals = new Refusals();
    const error = refusal('ServiceNotLicensed');
    refusals.remember('lyon', error);
    expect(() => refusals.check('lyon', 0)).toThrow(error);
    expect(() => refusals.check('paris', 0)).not.toThrow();
  });

  it('is forgotten once somebody has said resume after it', () => {
    const refusals = new Refusals();
    refusals.remember('lyon', refusal('ServiceNotLicensed'));
    expect(() => refusals.check('lyon', Date.now() + 1)).not.toThrow();
    expect(() => refusals.check('lyon', 0)).not.toThrow();
  });

  it('keeps its first moment when it is met again from memory', () => {
    const refusals = new Refusals();
    const error = refusal('ServiceNotLicensed');
    const before = Date.now();
    refusals.remember('lyon', error);
    const after = Date.now() + 1;
    while (Date.now() <= after) refusals.remember('lyon', error);
    expect(() => refusals.check('lyon', before - 1)).toThrow(error);
    expect(() => refusals.check('lyon', after)).not.toThrow();
  });

  it('is no refusal any more when a resume came after it was sent and before it was answered', () => {
    const refusals = new Refusals();
    const asked = refusals.asking('lyon');
    const resumedAt = asked.at + 1;
    refusals.check('lyon', resumedAt);
    const error = refusals.remember('lyon', refusal('ServiceNotLicensed'), asked);
    expect(refusals.isOld(error, resumedAt)).toBe(true);
    expect(() => refusals.check('lyon', resumedAt)).not.toThrow();
    expect(() => refusals.check('lyon', 0)).not.toThrow();
  });

  it('holds whoever comes with the resume that it was tried after, whatever the clocks say', () => {
    const refusals = new Refusals();
    const resumedAt = Date.now() + 60_000;
    refusals.check('lyon', resumedAt);
    const error = refusals.remember('lyon', refusal('ServiceNotLicensed'));
    expect(refusals.isOld(error, resumedAt)).toBe(false);
    expect(() => refusals.check('lyon', resumedAt)).toThrow(error);
    expect(() => refusals.check('lyon', resumedAt + 1)).not.toThrow();
  });
});
