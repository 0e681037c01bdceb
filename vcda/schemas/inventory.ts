/** What a site has. Only `id` and `name` are proven [client PsychoBelka]; the rest is assumed, so all of it may be absent. */
import { z } from 'zod';
import { maybeText, maybeVcdId, text, vcdId } from './common.js';

export const named = z.looseObject({ id: vcdId, name: text });
export type Named = z.infer<typeof named>;

export const inventoryVm = named
  .extend({
    vappId: maybeVcdId,
    vappName: maybeText,
    vdcId: maybeVcdId,
    vdcName: maybeText,
    org: maybeText,
    computerName: maybeText,
    /** `POWERED_ON`, `POWERED_OFF` in the simulator */
    powerState: maybeText,
    /** null: it is known by its computer name alone, by which it is never taken for another, only held to be one */
    name: maybeText,
  })
  .refine(({ name, computerName }) => name != null || computerName != null, {
    path: ['name'],
    message: 'there is neither a name nor a computer name',
  });
export type InventoryVm = z.infer<typeof inventoryVm>;

export const inventoryVapp = named.extend({ vdcId: maybeVcdId, vdcName: maybeText, org: maybeText });
export type InventoryVapp = z.infer<typeof inventoryVapp>;

export const inventoryVdc = named.extend({ org: maybeText });
export type InventoryVdc = z.infer<typeof inventoryVdc>;

/** An on-premises site of a tenant; which of these names it goes by is undocumented. */
export const vcSite = z.looseObject({ site: maybeText, id: maybeText, name: maybeText, description: maybeText });
export type VcSite = z.infer<typeof vcSite>;
