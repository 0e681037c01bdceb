import { z } from 'zod';
import { inNetwork } from './flat-keys.js';
import { namedVm } from './named-vm.js';
import { address, vmNetworkSettings } from './network-schema.js';
import { quote } from './source/check.js';
import { idOrName, label, orgAtSite, text, UUID, uuid } from './source/schema-parts.js';
import { choose, parsed, type Report, strict, withRule } from './source/schema-tools.js';

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
  id: vmId.exactOptional().meta({
    description: "VCDA's id of the source VM: a uuid, also as `urn:vcloud:vm:…`. No VM may be in a plan twice",
    otherwise: 'in a plan: looked up by `name` before the start',
  }),
  name: label.exactOptional().meta({
    description:
      'what its site calls it, in whatever case; compared with the site before anything is sent. Without `id`, one that several VMs have is refused',
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
  priority: z.enum(['high', 'normal', 'low'], 'high, normal or low').exactOptional().meta({
    description: '`high`, `normal` or `low`, against other VMs of its wave: which is begun first',
    otherwise: '`normal`, in the order of the file',
  }),
  testNetwork: label.exactOptional().meta({
    description: 'network in which the test copy of a drill has its first NIC',
    otherwise: 'as the drill says',
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

interface Called {
  id?: string;
  name?: string;
}

const NEITHER = { message: 'the VM has neither id nor name', expected: 'one of them' };

/** What nobody has looked up yet has its name for an id. */
const idOf = ({ id, name = '' }: Called): string => id ?? namedVm(name);

function isCalled(written: object, report: Report): void {
  if (!('id' in written) && !('name' in written)) report(NEITHER);
}

/** One VM of a list. Its `after` is checked here and resolved by dependencies.ts. */
const vmKeys = strict({
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
  priority: common.priority,
  testNetwork: common.testNetwork,
  address: common.address,
});
export const vm = withRule(vmKeys, (_, report, written) => isCalled(written, report)).transform((value) => {
  const id = idOf(value);
  return { ...value, id, name: value.name ?? id, after: [] as string[] };
});

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
  priority: common.priority,
  network: label.exactOptional().meta({
    description: 'network of the first NIC of the recovered VM, as `vmNetworkSettings` of a list has it',
    otherwise: 'as configured at the replication',
  }),
  testNetwork: common.testNetwork,
  address: common.address,
  seed: uuid.exactOptional().meta({ description: 'another name of `seedVmId`', otherwise: 'none' }),
};
export const vmRow = withRule(strict(vmColumns), ({ seed, seedVmId }, report, written) => {
  isCalled(written, report);
  if (seed !== undefined && seedVmId !== undefined)
    report({ message: 'the row has both seed and seedVmId', expected: 'one of them' }, ['seed'], 'key');
}).transform((value) => {
  const { wave: _, seed, network, ...vm } = value;
  const id = idOf(vm);
  return {
    ...vm,
    ...(seed === undefined ? {} : { seedVmId: seed }),
    ...(network === undefined ? {} : { vmNetworkSettings: inNetwork(undefined, network) }),
    id,
    name: vm.name ?? id,
    after: [] as string[],
  };
});

/** VMs as a list, or the name of a CSV file, relative to the file. */
export const vms = choose({ file: text, list: z.array(vm) }, (value, report) => {
  if (typeof value === 'string' && value !== '') return 'file';
  if (Array.isArray(value) && value.length > 0) return 'list';
  const found = Array.isArray(value) ? 'an empty list' : value === undefined ? 'missing' : 'neither list nor file';
  return report({ message: `vms is ${found}`, expected: 'a list of VMs, or the name of a CSV file' });
});
