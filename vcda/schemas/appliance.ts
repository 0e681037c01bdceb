/** The service itself. */
import { z } from 'zod';
import { maybeFlag, maybeNumber, maybeText } from './common.js';

/** [client PsychoBelka, powercli] */
export const about = z.looseObject({
  productName: maybeText,
  serviceType: maybeText,
  buildVersion: maybeText,
  buildDate: z.unknown().optional(),
});
export type About = z.infer<typeof about>;

/** [client terraform-provider-vcda] `expirationDate` in epoch ms */
export const license = z.looseObject({ isLicensed: maybeFlag, expirationDate: maybeNumber });
export type License = z.infer<typeof license>;
