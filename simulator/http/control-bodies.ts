import { z } from 'zod';
import { dataConnectionType, rules } from '../operations/bodies.js';
import { REPLICATION_OPERATIONS } from '../operations/kinds.js';

/** What the levers that act as somebody else take; unknown members are refused, for they would test nothing. */

export const actBody = z.strictObject({
  operation: z.enum(REPLICATION_OPERATIONS),
  replicationId: z.string().optional(),
  vmId: z.string().optional(),
  body: z.unknown().optional(),
  user: z.string().optional(),
  org: z.string().optional(),
  operationId: z.string().optional(),
});

export const troubleBody = z.strictObject({
  isStalled: z.boolean().optional(),
  isMovingReplica: z.boolean().optional(),
  error: z
    .object({ code: z.string(), msg: z.string().default('') })
    .nullable()
    .optional(),
  isPaused: z.boolean().optional(),
  vanished: z.enum(['lists', 'id', 'both']).nullable().optional(),
  settings: z
    .strictObject({
      description: z.string(),
      rpo: z.int(),
      dataConnectionType,
      quiesced: z.boolean(),
      retentionPolicy: rules,
    })
    .partial()
    .transform((given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)))
    .optional(),
  vmId: z.string().optional(),
  vmIdOnceReversed: z.string().optional(),
  instancesAheadMs: z.number().optional(),
  owner: z
    .string()
    .regex(/^.+@.+$/)
    .optional(),
  forMs: z.number().min(0).optional(),
});

export const clockBody = z.strictObject({
  offsetMs: z.int().optional(),
  unit: z.enum(['ms', 's', 'ns', 'far-future']).optional(),
});
