import { z } from 'zod';
import { address, vmNetworkSettings } from './network-schema.js';
import { quote } from './source/check.js';
import { idOrName, label, orgAtSite, text, UUID, uuid } from './source/schema-parts.js';
import { choose, parsed, strict } from './source/schema-tools.js';

export const vdc = idOrName('a VDC');

/** `*` is any. */
export const storageProfile = idOrName('a storage profile, or "*" for any');

const VM_ID = 'the uuid of a VM in a cloud site';

/** As VCDA has it, or as Cloud Director (`urn:vcloud:vm:…`, `vm-…` in its addresses) and tools (`{…}`) print it. */
const vmId = parsed(VM_ID, { type: 'string' }, (value, report) => {
  if (typeof value !== 'string') return undefined;
  const bare = value.replace(/^(urn:vcloud:vm:|VirtualMachine-)/i, '');
  const uuidIn = bare.replace(/^vm-/i, '').replace(/^\{(.*)\}$/, '$1');
  if (UUID.test(uuidIn)) return uuidIn.toLowerCase();
  // The managed object id of vCenter.
  if (!/^vm-\d+$/i.test(bare)) return undefined;
  return report({
    found: `is ${quote(value)}, the id of a VM on premises`,
    expected: VM_ID,
    hint: 'Drover moves VMs between cloud sites',
  });
});

const replicationId = parsed('C4- and a uuid, the id of a replication of one VM', { type: 'string' }, (value) =>
  typeof value === 'string' && value.startsWith('C4-') && UUID.test(value.slice(3)) ? value : undefined,
);

export const powerOn = parsed(
  'asSource, true or false',
  { anyOf: [{ const: 'asSource' }, { type: 'boolean' }] },
  (value): 'asSource' | boolean | undefined => (value === 'asSource' || typeof value === 'boolean' ? value : undefined),
);

/** Where one unit is to go. */
export function placeOf(unit: 'VM' | 'vApp') {
  const meta = { description: `as in \`destination\`, for this ${unit}`, otherwise: "the plan's" };
  return {
    vdc: vdc.exactOptional().meta(meta),
    storageProfile: storageProfile.exactOptional().meta(meta),
    placementPolicy: uuid.exactOptional().meta(meta),
    sizingPolicy: uuid.exactOptional().meta(meta),
  };
}

/** What a list and a CSV of VMs can both say of one. */
const common = {
  id: vmId.meta({
    description: "VCDA's id of the source VM: a uuid, also as `urn:vcloud:vm:…`. No VM may be in a plan twice",
  }),
  name: label.exactOptional().meta({
    description: 'what its site calls it, in whatever case; compared with the site before anything is sent',
    otherwise: 'what the site says',
  }),
  ...placeOf('VM'),
  seedVmId: uuid.exactOptional().meta({
    // [doc OPI ReplicationDestination_VcloudVmDestination]
    description: 'uuid of a VM at the destination whose disks are reused. **VCDA removes that VM**',
    otherwise: 'none',
  }),
  owner: orgAtSite.exactOptional().meta({
    description: 'as in the plan, for this VM',
    otherwise: "the plan's",
  }),
  replicationId: replicationId.exactOptional().meta({
    description: '`C4-` and a uuid: its replication, where it has several; that of another VM is refused',
    otherwise: 'found by id, or by what earlier runs know of it',
  }),
  address: address.exactOptional().meta({
    description: 'IP address or host name at which the checks of a drill find the recovered VM',
    otherwise: 'the address in its network settings',
  }),
};

export const after = choose({ text, list: z.array(text, 'a list of VM ids or names') }, (value) =>
  typeof value === 'string' ? 'text' : 'list',
);

export const REMIGRATE = {
  description:
    'kind `migrate`: migrate it although it was moved before, or looks as if it was; see [moved before](guide.md#vms-that-were-moved-before)',
  otherwise: "the plan's",
};

/** One VM of a list. Its `after` is checked here and resolved by dependencies.ts. */
export const vm = strict({
  id: common.id,
  name: common.name,
  after: after.exactOptional().meta({
    description: 'ids or names of VMs of the same wave or an earlier one that must have succeeded first',
    otherwise: 'none',
  }),
  vdc: common.vdc,
  storageProfile: common.storageProfile,
  placementPolicy: common.placementPolicy,
  sizingPolicy: common.sizingPolicy,
  seedVmId: common.seedVmId,
  excludedDiskKeys: z
    .array(z.int('a whole number, the key of a disk'), 'a list of disk keys')
    .exactOptional()
    .meta({ description: 'list of numbers: keys of disks not to replicate', otherwise: 'none' }),
  powerOn: powerOn.exactOptional().meta({
    description: 'as in `cutover`, for this VM',
    otherwise: "the plan's",
  }),
  owner: common.owner,
  replicationId: common.replicationId,
  remigrate: z.boolean().exactOptional().meta(REMIGRATE),
  vmNetworkSettings: vmNetworkSettings.exactOptional().meta({
    description:
      "of the recovered VM, by the names of VCDA's API: `primaryNicIndex`, `nics` (list of `nicIndex`, `isConnected`, `resetMacAddress`, `network`, `ipAddress`, `ipAddressAllocationMode`), `copySourceNicSettings`, `computerName`, `enableGuestCustomization`",
    otherwise: 'as configured at the replication',
  }),
  address: common.address,
}).transform((value) => ({ ...value, name: value.name ?? value.id, after: [] as string[] }));

/** A cell is text, in whatever case a spreadsheet writes it. */
function oneOfWords<T>(expected: string, words: [string, T][]) {
  const known = new Map(words);
  return parsed(expected, { type: 'string' }, (value): T | undefined => known.get(String(value).toLowerCase()));
}

const TRUTHS: [string, boolean][] = [
  ['true', true],
  ['false', false],
];
const powerOfRow = oneOfWords<'asSource' | boolean>('asSource, true or false', [['assource', 'asSource'], ...TRUTHS]);
const truthOfRow = oneOfWords('true or false', TRUTHS);

/** The columns of a CSV of VMs; empty cells are left out. */
export const vmColumns = {
  wave: label.exactOptional().meta({ description: "name of the VM's wave", otherwise: 'see below' }),
  id: common.id,
  name: common.name,
  after: text.exactOptional().meta({
    description: 'ids or names, separated by semicolons or blanks; a name with blanks works when semicolons separate',
    otherwise: 'none',
  }),
  vdc: common.vdc,
  storageProfile: common.storageProfile,
  placementPolicy: common.placementPolicy,
  sizingPolicy: common.sizingPolicy,
  seedVmId: common.seedVmId,
  powerOn: powerOfRow.exactOptional().meta({
    description: 'as in `cutover`, for this VM: `asSource`, `true` or `false`',
    otherwise: "the plan's",
  }),
  owner: common.owner,
  replicationId: common.replicationId,
  remigrate: truthOfRow.exactOptional().meta(REMIGRATE),
  address: common.address,
};
export const vmRow = strict(vmColumns).transform((value) => {
  const { wave: _, ...vm } = value;
  return { ...vm, name: vm.name ?? vm.id, after: [] as string[] };
});

/** VMs as a list, or the name of a CSV file, relative to the file. */
export const vms = choose({ file: text, list: z.array(vm) }, (value, report) => {
  if (typeof value === 'string' && value !== '') return 'file';
  if (Array.isArray(value) && value.length > 0) return 'list';
  const found = Array.isArray(value) ? 'an empty list' : value === undefined ? 'missing' : 'neither list nor file';
  return report({ message: `vms is ${found}`, expected: 'a list of VMs, or the name of a CSV file' });
});
