import { z } from 'zod';
import { quote } from './source/check.js';
import { label, UUID } from './source/schema-parts.js';
import { parsed, strict, withRule } from './source/schema-tools.js';
import { vappUnit } from './vapp.js';
import { after, placeOf, powerOn, REMIGRATE } from './vm-schema.js';

const VAPP_ID = 'the uuid of a vApp';

/** As VCDA has it, or as Cloud Director (`urn:vcloud:vapp:…`, `vapp-…` in its addresses) prints it. */
const vappId = parsed(VAPP_ID, { type: 'string' }, (value, report) => {
  if (typeof value !== 'string') return undefined;
  const bare = value.replace(/^urn:vcloud:vapp:/i, '').replace(/^vapp-/i, '');
  if (UUID.test(bare)) return bare.toLowerCase();
  return report({ found: `is ${quote(value)}`, expected: VAPP_ID, hint: 'a vApp may be named instead: { name: … }' });
});

const replicationId = parsed('C4VAPP- and a uuid, the id of a replication of a vApp', { type: 'string' }, (value) =>
  typeof value === 'string' && value.startsWith('C4VAPP-') && UUID.test(value.slice(7)) ? value : undefined,
);

const keys = strict({
  id: vappId.exactOptional().meta({
    description: "VCDA's id of the vApp: a uuid, also as `urn:vcloud:vapp:…`",
    otherwise: 'this or `name`',
  }),
  name: label.exactOptional().meta({
    description: 'what its site calls it, in whatever case; one that several vApps have is refused',
    otherwise: 'this or `id`',
  }),
  after: after.exactOptional().meta({
    description: 'ids or names of VMs or vApps of the same wave or an earlier one that must have succeeded first',
    otherwise: 'none',
  }),
  ...placeOf('vApp'),
  powerOn: powerOn.exactOptional().meta({
    description: 'as in `cutover`, for this vApp: `asSource` powers all its VMs on where any was on',
    otherwise: "the plan's",
  }),
  replicationId: replicationId.exactOptional().meta({
    description: '`C4VAPP-` and a uuid: its replication, where it has several',
    otherwise: 'found by id, or by what earlier runs know of it',
  }),
  remigrate: z.boolean().exactOptional().meta(REMIGRATE),
});

/** One vApp of a list. Its `after` is checked here and resolved by dependencies.ts, its VMs before the start by the inventory. */
export const vapp = withRule(keys, ({ id, name }, report, written) => {
  const isThere = (key: string) => key in written;
  if (id === undefined && name === undefined && !isThere('id') && !isThere('name'))
    report({ message: 'the vApp has neither id nor name', expected: 'one of them' });
}).transform(({ id, name, ...rest }) => {
  const unit = vappUnit(id ?? (name ?? '').trim().toLowerCase());
  return { ...rest, id: unit, name: name ?? unit, after: [] as string[] };
});

export const vapps = z
  .array(vapp, 'a list of vApps, each with id or name')
  .min(1, 'a list of vApps, each with id or name');
