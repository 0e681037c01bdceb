import { isIP } from 'node:net';
import { z } from 'zod';
import { label } from './source/schema-parts.js';
import { parsed, strict } from './source/schema-tools.js';

const index = z.int('a whole number').min(0, 'a whole number, at least 0');

const ipAddress = parsed('an IP address, such as 10.0.0.5', { type: 'string' }, (value) =>
  typeof value === 'string' && isIP(value) > 0 ? value : undefined,
);

export const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i;

/** Where checks find a recovered VM. */
export const address = parsed(
  'an IP address or the name of a host, such as 10.0.0.5 or db1.dr.example.com',
  { type: 'string' },
  (value) => (typeof value === 'string' && (isIP(value) > 0 || HOST_NAME.test(value)) ? value : undefined),
);

/** As the recovery bodies have it [doc B45 failover]. */
export const vmNetworkSettings = strict({
  primaryNicIndex: index.exactOptional(),
  nics: z
    .array(
      strict({
        nicIndex: index,
        isConnected: z.boolean().exactOptional(),
        resetMacAddress: z.boolean().exactOptional(),
        network: label.exactOptional(),
        ipAddress: ipAddress.exactOptional(),
        /** `DHCP`, `POOL`; assumed also `MANUAL`, `NONE` */
        ipAddressAllocationMode: label.exactOptional(),
      }),
      'a list of NICs',
    )
    .exactOptional(),
  copySourceNicSettings: z.boolean().exactOptional(),
  computerName: label.exactOptional(),
  enableGuestCustomization: z.boolean().exactOptional(),
});

const orgVdcNetwork = strict({ id: label, name: label.exactOptional() });

/** As the recovery bodies have it [doc OPI AbstractFailoverSettings]; ids are those of org VDC networks. */
export const vAppNetworkSettings = strict({
  networkMappings: z
    .array(
      strict({
        sourceNetworkName: label.exactOptional(),
        sourceOrgVdcNetwork: orgVdcNetwork.exactOptional(),
        destinationOrgVdcNetwork: orgVdcNetwork.exactOptional(),
      }),
      'a list of mappings',
    )
    .exactOptional(),
  copySourceNetworks: z.boolean().exactOptional(),
  bridgeOrgVdcNetworks: z.array(orgVdcNetwork, 'a list of networks, each with its id').exactOptional(),
});
