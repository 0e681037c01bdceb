import { z } from 'zod';
import { confirm, instance, limits, loginOfSite, networks, planName } from '../plan-schema.js';
import { duration, label, line, text } from '../source/schema-parts.js';
import { choose, isMapping, strict, withRule } from '../source/schema-tools.js';
import { vms } from '../vm-schema.js';
import { check, members } from './check-schema.js';
import { schedule } from './schedule-schema.js';

const scope = withRule(
  strict({
    vms: vms.exactOptional().meta({
      description: 'list of VMs, or a CSV, as in a plan',
      otherwise: 'this or `scope.plan`',
    }),
    plan: text.exactOptional().meta({
      description: 'a plan between the same sites, relative to the drill: all its VMs',
      otherwise: 'this or `scope.vms`',
    }),
  }),
  (_, report, written) => {
    const [hasVms, hasPlan] = ['vms' in written, 'plan' in written];
    if (hasVms !== hasPlan) return;
    const message = hasVms ? 'scope has both "vms" and "plan"' : 'scope is empty: the drill has no VMs';
    report({ message, expected: 'either "vms" or "plan"' });
  },
);

/** A group is a list, or a mapping with a name. */
const group = choose({ list: members('a VM'), named: strict({ name: label, vms: members('a VM') }) }, (value) =>
  isMapping(value) ? 'named' : 'list',
);

const GROUPS = 'a list of groups, each a list of VM ids or names';
const groups = choose({ list: z.array(group).min(1, GROUPS) }, (value, report) =>
  Array.isArray(value) ? 'list' : report({ found: 'is not a list', expected: GROUPS }),
);

const checks = choose({ list: z.array(check) }, (value, report) =>
  Array.isArray(value)
    ? 'list'
    : report({ found: 'is not a list', expected: 'a list of checks, such as [ { tcp: 443 } ]' }),
);

export const recovery = strict({
  instance: instance.meta({
    description:
      '`latest`, or `{ before: <moment> }`, as in a plan. A round trip takes the latest instance alone: an older one would lose what was written since',
  }),
  vAppNetworkSettings: networks,
  powerOn: z
    .boolean()
    .prefault(true)
    .meta({ description: 'power on what is recovered; what is left off has no RTO, and meets no objective for it' }),
  consolidate: z.boolean().prefault(false).meta({
    description: 'consolidate its disks; mode `roundtrip` alone, VCDA does not do so in a test',
  }),
  sync: z.boolean().exactOptional().meta({
    description: 'send what has changed first; not with an older instance',
    otherwise: '`false` for a test, `true` for a round trip',
  }),
});

const objective = (what: string) =>
  duration()
    .nullable()
    .prefault(null)
    .meta({
      description: `${what}; a drill that misses it has failed, and says by how much`,
      otherwise: 'measured, not judged',
    });

const SITE = 'a site of the config, as in the plan that started the replications';

const NETWORKS = '`production`, or a mapping such as { test: { map: { "net-a": "isolated" } } }';

/** Where test copies come up. */
const testNetworks = choose(
  {
    production: z.enum(['production'], NETWORKS),
    mapped: strict({
      test: strict({
        map: z.record(label, label).meta({ description: 'from the name of a network to that of a test network' }),
      }),
    }),
  },
  (value) => (isMapping(value) ? 'mapped' : 'production'),
);

/** The keys of a drill file; drill-rules.ts adds what they ask of each other. */
export const drillKeys = strict({
  name: planName.meta({ description: 'as of a plan; the ids of its runs begin with it' }),
  mode: z.enum(['test', 'roundtrip']).prefault('test').meta({
    description:
      '`test`: copies beside the running VMs, in the test networks, removed again. `roundtrip`: failover, reverse, failover back, reverse',
  }),
  scenario: line.exactOptional().meta({
    description: 'what is rehearsed, in words, such as `loss of Paris`; in its report, as the next three',
    otherwise: 'none',
  }),
  lead: label.exactOptional().meta({ description: 'who leads it', otherwise: 'nobody is named' }),
  observers: z
    .array(label, 'a list of names')
    .exactOptional()
    .meta({ description: 'list of those who watch it', otherwise: 'none' }),
  reference: label.exactOptional().meta({
    description: 'of what it is to prove, or of the change, in another system, such as `BIA-17`',
    otherwise: 'none',
  }),
  source: strict({ site: label.meta({ description: SITE }), login: loginOfSite }),
  destination: strict({ site: label.meta({ description: SITE }), login: loginOfSite }),
  scope,
  groups: groups
    .exactOptional()
    .meta({ description: 'recovery order; see [below](#groups)', otherwise: 'the waves of the scope' }),
  recovery: recovery.prefault({}).meta({
    description: 'what is recovered; see [below](#recovery-of-a-drill)',
    otherwise: 'the latest instance',
  }),
  networks: testNetworks.exactOptional().meta({
    description:
      '`{ test: { map: { "net-a": "isolated" } } }`: the networks in which test copies come up, by the names of those that their NICs are in; a NIC in another one is as the test settings of its replication say, and without any its VM is refused. `production`: test copies may come up in networks that nobody has named, such as those of production. Without either a VM is refused, unless the drill names test networks otherwise (`recovery.vAppNetworkSettings`, or `vmNetworkSettings` of the VM), or the test settings of its replication do',
    otherwise: 'test networks are required',
  }),
  checks: checks.prefault([]).meta({
    description: 'list of proofs that what was recovered works; see [below](#checks)',
    otherwise: 'none',
  }),
  hold: duration(0).prefault('0s').meta({
    description:
      'how long everything stays up after the last check; less than `timeout` and than the time between two runs',
  }),
  objectives: strict({
    rto: objective('longest time until all is recovered and passes its checks'),
    rpo: objective('oldest data that may be recovered'),
  }).prefault({}),
  limits: limits('drill').prefault({}),
  waitForVms: duration(0).prefault('1h').meta({
    description:
      'how long the drill waits for VMs that another run or drill has, before it recovers anything; then it skips them. `0s`: at once',
  }),
  timeout: duration().prefault('24h').meta({
    description:
      'after so long the drill recovers nothing more, and cleans up; undoing has until then, and at least as long again once it has begun, but for two hours at most',
  }),
  confirm: confirm.meta({
    description:
      '`removes-source`: required for mode `roundtrip`, whose two reverses remove the VM that was recovered from each time',
    otherwise: 'none',
  }),
  schedule: schedule
    .nullable()
    .prefault(null)
    .meta({ description: 'when it runs by itself; see [below](#schedule)', otherwise: 'never' }),
});
