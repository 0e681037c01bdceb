import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { defaultPayloadConverter } from '@temporalio/common';
import { COMPRESS_ABOVE, gzipCodec } from '../../temporal/data-converter.js';

async function roundTrip(value: unknown) {
  const [encoded] = await gzipCodec.encode([defaultPayloadConverter.toPayload(value)!]);
  const [decoded] = await gzipCodec.decode([encoded!]);
  return { encoded: encoded!, back: defaultPayloadConverter.fromPayload(decoded!) };
}

/** Zeros, compressed a piece at a time: what unpacks to so many bytes. */
function bombOf(size: number): Uint8Array {
  const piece = 2 ** 24;
  const one = gzipSync(Buffer.alloc(piece), { level: 9 });
  return Buffer.concat(Array.from({ length: size / piece }, () => one));
}

const vms = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    id: crypto.randomUUID(),
    name: `vm-${n}`,
    state: 'succeeded',
    step: 'delete-replication',
    operations: ['start', 'migrate', 'delete'].map((kind) => ({
      kind,
      operationId: `drover/paris-exit/vm-${n}/${kind}/1`,
      taskId: crypto.randomUUID(),
      result: 'succeeded',
    })),
  }));

describe('the data converter', () => {
  test('leaves a small payload readable', async () => {
    const { encoded, back } = await roundTrip({ run: 'paris-exit' });
    expect(new TextDecoder().decode(encoded.data!)).toBe('{"run":"paris-exit"}');
    expect(back).toEqual({ run: 'paris-exit' });
  });

  test('carries the state of 5,000 VMs in less than the 2 MB that Temporal takes', async () => {
    const value = vms(5_000);
    expect(JSON.stringify(value).length).toBeGreaterThan(2_000_000);
    const { encoded, back } = await roundTrip(value);
    expect(encoded.data!.length).toBeLessThan(1_000_000);
    expect(back).toEqual(value);
  });

  test('does not grow what cannot be compressed', async () => {
    const noise = crypto.getRandomValues(new Uint8Array(COMPRESS_ABOVE * 2));
    const { encoded, back } = await roundTrip(noise);
    expect(encoded.data!.length).toBe(noise.length);
    expect(Buffer.from(back as Uint8Array).equals(noise)).toBe(true);
  });

  const bytes = (part: string) => new TextEncoder().encode(part);
  const packed = (data: Uint8Array) => ({
    data,
    metadata: { encoding: bytes('binary/gzip'), 'drover-original-encoding': bytes('json/plain') },
  });

  test.each([
    ['a gigabyte in a megabyte', () => packed(bombOf(2 ** 30))],
    ['what is no gzip', () => packed(bytes('junk'))],
    ['what is no JSON', () => ({ data: bytes('{"run":'), metadata: { encoding: bytes('json/plain') } })],
    ['no data', () => ({ metadata: { encoding: bytes('json/plain') } })],
    ['an encoding that nobody knows', () => ({ data: bytes('x'), metadata: { encoding: bytes('binary/encrypted') } })],
    ['no encoding', () => ({ data: bytes('{}') })],
  ])('takes %s for nothing', async (_, payload) => {
    const [decoded] = await gzipCodec.decode([payload()]);
    expect(defaultPayloadConverter.fromPayload(decoded!)).toBeUndefined();
  });

  test('reads payloads of senders that do not compress', async () => {
    const large = defaultPayloadConverter.toPayload(vms(100))!;
    const [decoded] = await gzipCodec.decode([large]);
    expect(decoded).toBe(large);
  });
});
