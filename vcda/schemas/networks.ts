/** Network settings as a site shows them; sites of different versions show more or less. */
import { z } from 'zod';

const networks = z.looseObject({
  vAppNetworkSettings: z.looseObject({}).nullish(),
  /** one object for a VM; of a vApp, only the visible part of the page is known [doc B45] */
  vmNetworkSettings: z.looseObject({}).nullish(),
});

export const networkSettings = z.looseObject({
  failoverSettings: networks.nullish(),
  failoverTestSettings: networks.nullish(),
});
export type ShownNetworkSettings = z.infer<typeof networkSettings>;
