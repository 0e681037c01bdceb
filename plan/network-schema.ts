import { isIP } from 'node:net';
import { z } from 'zod';
import { compact, optional, parsed, strict } from './source/check.js';
import { text } from './source/schema-parts.js';

const index = z.int('a whole number').min(0, 'a whole number, at least 0');

const ipAddress = parsed('an IP address, such as 10.0.0.5', (value) =>
  typeof value === 'string' && isIP(value) > 0 ? value : undefined,
);

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i;

/** Where checks find a recovered VM. */
export const address = parsed('an IP address or the name of a host, such as 10.0.0.5 or db1.dr.example.com', (value) =>
  typeof value === 'string' && (isIP(value) > 0 || HOST_NAME.test(value)) ? value : undefined,
);

/** Both by the names of VCDA's recovery bodies; see plan/types.ts. */
export const vmNetworkSettings = strict({
  primaryNicIndex: optional(index),
  nics: optional(
    z.array(
      strict({
        nicIndex: index,
        isConnected: optional(z.boolean()),
        resetMacAddress: optional(z.boolean()),
        network: optional(text),
        ipAddress: optional(ipAddress),
        ipAddressAllocationMode: optional(text),
      }).transform(compact),
      'a list of NICs',
    ),
  ),
  copySourceNicSettings: optional(z.boolean()),
  computerName: optional(text),
  enableGuestCustomization: optional(z.boolean()),
}).transform(compact);

const orgVdcNetwork = strict({ id: text, name: optional(text) }).transform(compact);

export const vAppNetworkSettings = strict({
  networkMappings: optional(
    z.array(
      strict({
        sourceNetworkName: optional(text),
        sourceOrgVdcNetwork: optional(orgVdcNetwork),
        destinationOrgVdcNetwork: optional(orgVdcNetwork),
      }).transform(compact),
      'a list of mappings',
    ),
  ),
  copySourceNetworks: optional(z.boolean()),
  bridgeOrgVdcNetworks: optional(z.array(orgVdcNetwork, 'a list of networks, each with its id')),
}).transform(compact);
