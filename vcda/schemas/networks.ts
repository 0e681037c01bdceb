/** Network settings as a site shows them; sites of different versions show more or less. */
import { z } from 'zod';
import { maybeFlag, maybeNumber, maybeText } from './common.js';

const nic = z.looseObject({
  nicIndex: maybeNumber,
  isConnected: maybeFlag,
  /** name */
  network: maybeText,
  ipAddress: maybeText,
  /** `DHCP`, `POOL`; assumed also `MANUAL`, `NONE` */
  ipAddressAllocationMode: maybeText,
  macAddress: maybeText,
});

const networks = z.looseObject({
  vAppNetworkSettings: z.looseObject({}).nullish(),
  /** one object for a VM; of a vApp, only the visible part of the page is known [doc B45] */
  vmNetworkSettings: z
    .looseObject({
      primaryNicIndex: maybeNumber,
      nics: z.array(nic).nullish(),
      copySourceNicSettings: maybeFlag,
      computerName: maybeText,
      enableGuestCustomization: maybeFlag,
    })
    .nullish(),
});

export const networkSettings = z.looseObject({
  failoverSettings: networks.nullish(),
  failoverTestSettings: networks.nullish(),
});
export type ShownNetworkSettings = z.infer<typeof networkSettings>;
