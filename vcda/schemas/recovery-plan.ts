/** Recovery plans of VCDA itself, 4.6 and later [doc B46, VSP RecoveryPlanState]. */
import { z } from 'zod';
import { errorBody, id, maybeFlag, maybeNumber, maybeText, text } from './common.js';

export const recoveryPlan = z.looseObject({
  id: text.nullish(),
  displayName: maybeText,
  description: maybeText,
  /** `NOT_STARTED`, `RUNNING`, `SUSPENDED`, `COMPLETE` */
  state: maybeText,
  executionInfo: z
    .looseObject({
      isSuspendRequested: maybeFlag,
      lastError: errorBody.nullish(),
      lastOperation: maybeText,
      /** step that waits for a person */
      promptStepId: maybeText,
    })
    .nullish(),
});
export type RecoveryPlan = z.infer<typeof recoveryPlan>;

export const recoveryStep = z.looseObject({
  id,
  recoveryPlanId: maybeText,
  name: maybeText,
  sequence: maybeNumber,
  /** ms after the step */
  delay: maybeNumber,
  /** message that waits for a person; null: none */
  prompt: maybeText,
  replications: z.array(z.unknown()).nullish(),
  isRecovered: maybeFlag,
  state: maybeText,
});
export type RecoveryStep = z.infer<typeof recoveryStep>;
