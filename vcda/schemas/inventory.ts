/** What a site has. Only `id` and `name` are proven [client PsychoBelka]; the rest is assumed, so all of it may be absent. */
import { z } from 'zod';
import { id, maybeText, text } from './common.js';

export const named = z.looseObject({ id, name: text });
export type Named = z.infer<typeof named>;

export const inventoryVm = named.extend({
  vappId: maybeText,
  vappName: maybeText,
  vdcId: maybeText,
  vdcName: maybeText,
  org: maybeText,
  powerState: maybeText,
});
export type InventoryVm = z.infer<typeof inventoryVm>;
