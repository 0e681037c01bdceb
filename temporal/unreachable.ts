/** Temporal does not answer, or has not got the namespace: exit code 3. */
export class TemporalUnreachable extends Error {
  override readonly name = 'TemporalUnreachable';
  readonly address: string;
  readonly namespace: string;

  constructor(where: { address: string; namespace: string }, reason: string, check: string, cause?: unknown) {
    super(`Temporal at ${where.address} (namespace ${where.namespace}): ${reason}. ${check}`, { cause });
    this.address = where.address;
    this.namespace = where.namespace;
  }
}
